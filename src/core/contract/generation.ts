/** What a trained model is asked to write, and what it wrote: on from a prompt, or from a source that it reads. */
import { z } from 'zod'

/** Characters. */
export const longestPrompt = 100_000

export const generationRequest = z.object({
  /** How the text begins; empty for the beginning of a line, or of anything where there are no line breaks. */
  prompt: z.string().max(longestPrompt).default(''),
  /** What is read, by a model that writes while it reads another sequence; null for the others. */
  source: z.string().max(longestPrompt).nullable().default(null),
  /** Tokens to add to the prompt. A model with a source ends by itself. */
  length: z.number().int().min(1).max(10_000).default(200),
  /** Logits are divided by it before one is drawn; at 0 the likeliest is taken, with a source the likeliest sequence. */
  temperature: z.number().min(0).max(10).default(0.8),
  /** Draws from so many of the likeliest tokens only (Fan et al. 2018); 0 for all. */
  topK: z.number().int().min(0).max(1_000_000).default(0),
  /** Draws from the fewest tokens that have this probability together (Holtzman et al. 2020). */
  topP: z.number().min(0).max(1).default(1),
  /** Whether the token for what is unknown may be generated. Padding and the sign at the beginning never are. */
  allowUnknown: z.boolean().default(true),
  seed: z.number().int().min(0).max(0xffffffff).default(1),
  /** Sequences that are followed at a time while the likeliest is searched for. */
  beam: z.number().int().min(1).max(256).default(1),
  /** α of Wu et al. 2016, equation 14: 0 ranks by probability alone, which prefers what is short. */
  lengthPenalty: z.number().min(0).max(10).default(0),
  /** Texts to draw, all from the same beginning. */
  samples: z.number().int().min(1).max(256).default(1),
})
export type GenerationRequest = z.infer<typeof generationRequest>

export interface Written {
  /** What was written, without the prompt. */
  readonly text: string
  /** Natural logarithm of its probability, where the likeliest sequence was searched for; null where it was drawn. */
  readonly logProbability: number | null
}

export interface Generation {
  /** The prompt as the model reads it; empty where there is none. */
  readonly prompt: string
  /** The best first, where one is better than the other. */
  readonly written: readonly Written[]
  /** In all texts together. */
  readonly tokens: number
  /** Without the time to begin. */
  readonly milliseconds: number
  /** Whether keys and values were remembered from token to token. */
  readonly cached: boolean
  readonly engine: string
  /** Steps that the model had been trained for. */
  readonly step: number
}

/** What there is of it so far. */
export type GenerationProgress = Pick<Generation, 'prompt' | 'written'>

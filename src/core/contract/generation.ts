/** Requests to generate with a trained model, from a prompt or a source sequence, and the results. */
import { z } from 'zod'
import { mutes } from './look'

/** Characters. */
export const longestPrompt = 100_000

export const generationRequest = z.object({
  /** Start of the text. If empty, generation starts at the beginning of a line, or anywhere if the text has no line breaks. */
  prompt: z.string().max(longestPrompt).default(''),
  /** Input of the encoder, for sequence-to-sequence models; null for others. */
  source: z.string().max(longestPrompt).nullable().default(null),
  /** Number of tokens to generate. A model with a source ends by itself. */
  length: z.number().int().min(1).max(10_000).default(200),
  /** Divisor of the logits before sampling. 0 takes the most likely token or, with a source, the most likely sequence. */
  temperature: z.number().min(0).max(10).default(0.8),
  /** Samples only from the k most likely tokens (Fan et al. 2018); 0 for all. */
  topK: z.number().int().min(0).max(1_000_000).default(0),
  /** Samples from the smallest set of tokens with this total probability (Holtzman et al. 2020). */
  topP: z.number().min(0).max(1).default(1),
  /** Whether the token for unknown input may be generated. Padding and the start token never are. */
  allowUnknown: z.boolean().default(true),
  seed: z.number().int().min(0).max(0xffffffff).default(1),
  /** Beam size of the search for the most likely sequence. */
  beam: z.number().int().min(1).max(256).default(1),
  /** α of Wu et al. 2016, equation 14. 0 ranks by probability alone, which favours short sequences. */
  lengthPenalty: z.number().min(0).max(10).default(0),
  /** Number of texts to sample, all from the same prompt. */
  samples: z.number().int().min(1).max(256).default(1),
  mutes: mutes.default({}),
})
export type GenerationRequest = z.infer<typeof generationRequest>

export interface Written {
  /** Generated text, without the prompt. */
  readonly text: string
  /** Log-probability of a sequence found by beam search; null for samples. */
  readonly logProbability: number | null
}

export interface Generation {
  /** The prompt as tokenised by the model; empty for none. */
  readonly prompt: string
  /** The best first, for beam search. */
  readonly written: readonly Written[]
  /** Total over all texts. */
  readonly tokens: number
  /** Excludes the time to start. */
  readonly milliseconds: number
  /** Whether keys and values were cached. */
  readonly cached: boolean
  readonly engine: string
  /** Training steps of the model so far. */
  readonly step: number
}

/** The texts so far. */
export type GenerationProgress = Pick<Generation, 'prompt' | 'written'>

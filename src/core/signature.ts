/** Sizes of the inputs and outputs of a model: all that the compiler needs to know of a task. */
import { z } from 'zod'

/** Target: a class per token, a class per sequence, several labels per sequence, or a number per sequence. */
export const aims = ['tokens', 'sequence', 'labels', 'number'] as const
export type Aim = (typeof aims)[number]

const size = z.number().int().nonnegative()

const sequence = {
  /** Longest sequence T; every batch is (batch, T). */
  length: z.number().int().positive(),
  /** Number of token ids. With `padded`, id 0 is the padding token. */
  vocabulary: size,
  /** Whether sequences vary in length; then batches have a mask. Padding is at the end. */
  padded: z.boolean(),
}

const sequenceSignature = z.object(sequence).readonly()
export type SequenceSignature = z.infer<typeof sequenceSignature>

export const signatureSchema = z
  .object({
    ...sequence,
    aim: z.enum(aims),
    /** Number of classes; 0 for numbers. In a causal signature the classes are the vocabulary, under the same ids. */
    classes: size,
    /** Whether seeing the next token would leak the target: in next-token prediction and in decoders. */
    causal: z.boolean(),
    /** A second sequence, the input of an encoder, e.g. the text to translate; null if there is none. */
    source: sequenceSignature.nullable(),
    /** Start and end tokens of sequences generated from a source; null if there are none. */
    written: z.object({ begin: size, end: size }).readonly().nullable(),
    /** Numeric inputs per token, e.g. the addends of a sum. Usually 0. */
    features: size,
    /** Whether only some tokens are scored; then batches contain that mask. For a class per token. */
    scored: z.boolean(),
  })
  .readonly()
export type Signature = z.infer<typeof signatureSchema>

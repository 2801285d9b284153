/** What goes into a model and what comes out: sizes only. It is all that the compiler needs to know of a task. */
import { z } from 'zod'

/** What there is to predict: a class for each token, one for each sequence, any number of them for each sequence, or a number for each. */
export const aims = ['tokens', 'sequence', 'labels', 'number'] as const
export type Aim = (typeof aims)[number]

const size = z.number().int().nonnegative()

const sequence = {
  /** Longest sequence T; every batch is (batch, T). */
  length: z.number().int().positive(),
  /** How many token ids there are. With `padded`, id 0 is the padding token. */
  vocabulary: size,
  /** Whether sequences differ in length; then batches carry a mask. Padding is at the end. */
  padded: z.boolean(),
}

const sequenceSignature = z.object(sequence).readonly()
export type SequenceSignature = z.infer<typeof sequenceSignature>

export const signatureSchema = z
  .object({
    ...sequence,
    aim: z.enum(aims),
    /** How many classes there are; 0 where a number is wanted. A causal signature has its vocabulary as classes, under the same ids. */
    classes: size,
    /** Whether a model that sees the next token would cheat: next-character prediction, or the decoder of a translation. */
    causal: z.boolean(),
    /** A second sequence that is read while the first is written, e.g. what is to be translated; null where there is one only. */
    source: sequenceSignature.nullable(),
    /** Token ids that a written sequence begins with and ends with; null where none is written from a source. */
    written: z.object({ begin: size, end: size }).readonly().nullable(),
    /** How many numbers come with each token, e.g. one that is to be added up. Mostly 0. */
    features: size,
    /** Whether only some of the tokens are asked for; then batches say which. For signatures with a class for each token. */
    scored: z.boolean(),
  })
  .readonly()
export type Signature = z.infer<typeof signatureSchema>

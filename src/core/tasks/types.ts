/** A task: where tokens come from, what is to be predicted, and how it is split. One file per task, one line in `index.ts`. */
import type { z } from 'zod'
import type { Problem } from '../errors'

/** What there is to predict: a class for each token, one for each sequence, any number of them for each sequence, or a number for each. */
export const aims = ['tokens', 'sequence', 'labels', 'number'] as const
export type Aim = (typeof aims)[number]

/** What the tokens of a sequence are, where it stands for a text: so it is known how that is cut into them, and they are put together. */
export const unitNames = ['words', 'characters'] as const
export type Units = (typeof unitNames)[number]

export interface SequenceSpec {
  /** Longest sequence T; every batch is (batch, T). */
  readonly length: number
  /** Token texts by id. With `padded`, id 0 is the padding token. */
  readonly vocabulary: readonly string[]
  /** Whether sequences differ in length; then batches carry a mask. Padding is at the end. */
  readonly padded: boolean
}

/** A sequence that is read; a text of one's own can be given for it. */
export interface SourceSpec extends SequenceSpec {
  readonly units: Units
  /** The token that stands for all others; null where there is none, as the vocabulary holds all there is to say. */
  readonly unknown: number | null
}

/** All that the compiler and the views need to know of a task: plain data, so it crosses every port. */
export interface TaskSpec extends SequenceSpec {
  readonly aim: Aim
  /** Class texts by id. Empty where a number is wanted. A causal task has its vocabulary as classes, under the same ids. */
  readonly classes: readonly string[]
  /** Sequences held out; never seen in training. */
  readonly heldOut: number
  /** Whether a model that sees the next token would cheat: next-character prediction, or the decoder of a translation. */
  readonly causal: boolean
  /** A second sequence that is read while the first is written, e.g. what is to be translated; null where there is one only. */
  readonly source: SourceSpec | null
  /** Token ids that a written sequence begins with and ends with, and what its tokens are; null where none is written from a source. */
  readonly written: { readonly begin: number; readonly end: number; readonly units: Units } | null
  /** How many numbers come with each token, e.g. one that is to be added up. Mostly 0. */
  readonly features: number
  /** Whether only some of the tokens are asked for; then batches say which. For tasks with a class for each token. */
  readonly scored: boolean
  /** Of a vocabulary learnt by byte-pair encoding: which two tokens each of its last ones is made of, in the order they were merged. */
  readonly merges: readonly (readonly [number, number])[]
  /** What is worth knowing of the learner's data though it will do, e.g. that some sequences had to be cut. */
  readonly notices: readonly Problem[]
}

/** What most tasks have in common: one class for each token of one sequence, all of it seen at once. */
export const plainSpec = {
  aim: 'tokens',
  causal: false,
  source: null,
  written: null,
  features: 0,
  scored: false,
  merges: [],
  notices: [],
} as const

/** One batch, by the names of a program's data inputs. Masks are 1 for real tokens and 0 for padding; absent where nothing is padded. */
export interface Batch {
  readonly tokens: Int32Array // (batch, token)
  readonly mask?: Float32Array // (batch, token)
  /** By aim: int32 (batch, token); int32 (batch); float32 (batch, class), 1 or 0; float32 (batch). */
  readonly targets: Int32Array | Float32Array
  readonly source?: Int32Array // (batch, source token)
  readonly sourceMask?: Float32Array // (batch, source token)
  readonly features?: Float32Array // (batch, token, feature)
  readonly scored?: Float32Array // (batch, token), 1 where the model is asked
}

export interface TaskInstance {
  readonly spec: TaskSpec
  /** The training batch of a step: a pure function of (seed, step), so that a run resumes without any saved order. */
  trainBatch(seed: number, step: number, size: number): Batch
  /**
   * Number of held-out batches of a size: all of the held-out set. The last one is filled up with fully padded rows if the task is
   * padded, and from the beginning of the set if it is not.
   */
  evaluationBatches(size: number): number
  /** The index-th batch of the held-out set, always the same. */
  evaluationBatch(index: number, size: number): Batch
}

/** The first rows of the learner's data, as they are read. */
export interface Preview {
  /** What it was taken for, e.g. csv. */
  readonly format: string
  readonly columns: readonly string[]
  /** As many cells as columns. */
  readonly rows: readonly (readonly string[])[]
  /** By the names of settings that choose a column: the one taken. */
  readonly chosen: Readonly<Record<string, string>>
}

export interface TaskDefinition<P extends z.ZodType = z.ZodType> {
  readonly kind: string
  readonly params: P
  /** Whether the task reads the learner's own UTF-8 text: never, if there is one (with a built-in text otherwise). */
  readonly data: 'none' | 'optional'
  /** Of tasks that read tables. Reads no more than it shows; throws LabError for what cannot be read. */
  preview?(params: z.output<P>, data: string | null): Preview
  /** Throws LabError when the data will not do (empty, too short, not text). */
  create(params: z.output<P>, data: string | null): TaskInstance
}

export function defineTask<P extends z.ZodType>(task: TaskDefinition<P>): TaskDefinition<P> {
  return task
}

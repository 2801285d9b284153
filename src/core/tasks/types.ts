/** A task: where tokens come from, what is to be predicted, and how it is split. One file per task, one line in `index.ts`. */
import type { z } from 'zod'

/** All that the compiler and the views need to know of a task: plain data, so it crosses every port. */
export interface TaskSpec {
  /** Longest sequence T; every batch is (batch, T). */
  readonly length: number
  /** Token texts by id. With `padded`, id 0 is the padding token. */
  readonly vocabulary: readonly string[]
  /** Class texts by id: what the classifier predicts for each token. */
  readonly classes: readonly string[]
  /** Whether sequences differ in length; then batches carry `mask`. */
  readonly padded: boolean
  /** Sequences held out; never seen in training. */
  readonly heldOut: number
  /** Whether the task is causal by nature (a model that sees the next token would cheat): next-character prediction. */
  readonly causal: boolean
}

/** One batch. `mask` is 1 for real tokens and 0 for padding; absent when the task is not padded. */
export interface Batch {
  readonly tokens: Int32Array // (batch, token)
  readonly targets: Int32Array // (batch, token)
  readonly mask?: Float32Array // (batch, token)
}

export interface TaskInstance {
  readonly spec: TaskSpec
  /** The training batch of a step: a pure function of (seed, step), so that a run resumes without any saved order. */
  trainBatch(seed: number, step: number, size: number): Batch
  /** Number of held-out batches of a size: all of the held-out set; the last one is filled up with fully padded rows if padded. */
  evaluationBatches(size: number): number
  /** The index-th batch of the held-out set, always the same. */
  evaluationBatch(index: number, size: number): Batch
}

export interface TaskDefinition<P extends z.ZodType = z.ZodType> {
  readonly kind: string
  readonly params: P
  /** Whether the task reads the learner's own UTF-8 text: never, if there is one (with a built-in text otherwise). */
  readonly data: 'none' | 'optional'
  /** Throws LabError when the data will not do (empty, too short, not text). */
  create(params: z.output<P>, data: string | null): TaskInstance
}

export function defineTask<P extends z.ZodType>(task: TaskDefinition<P>): TaskDefinition<P> {
  return task
}

/** A task: where tokens come from, what is to be predicted, and how it is split. One file per task, one line in `index.ts`. */
import type { z } from 'zod'
import type { Problem } from '../errors'
import type { Signature } from '../signature'
import type { Tokeniser } from '../tokenisers'

/** What a task looks like: plain data, so it crosses every port. */
export interface TaskSpec {
  /** What the compiler needs to know. Its sizes are those of the vocabularies and classes here. */
  readonly signature: Signature
  /** Of the sequence that a model is fed, or writes where it reads another. */
  readonly tokeniser: Tokeniser
  /** Of the sequence that is read; null where there is one sequence only. */
  readonly source: Tokeniser | null
  /** Class texts by id. Empty where a number is wanted. A causal task has its vocabulary as classes, under the same ids. */
  readonly classes: readonly string[]
  /** Number of validation sequences, never seen in training. */
  readonly validation: number
  /** What is worth knowing of the learner's data though it will do, e.g. that some sequences had to be cut. */
  readonly notices: readonly Problem[]
}

/** What is not told is as most tasks have it: one class for each token of one sequence, all of it seen at once. */
export interface SpecParts extends Partial<Omit<Signature, 'length' | 'padded' | 'vocabulary' | 'classes' | 'source'>> {
  readonly length: number
  readonly padded: boolean
  readonly tokeniser: Tokeniser
  readonly classes: readonly string[]
  readonly source?: { readonly length: number; readonly tokeniser: Tokeniser }
  readonly notices?: readonly Problem[]
}

/** All but the number of validation sequences. A source is padded. */
export function specOf({ tokeniser, classes, source, notices = [], ...given }: SpecParts): Omit<TaskSpec, 'validation'> {
  return {
    signature: {
      aim: 'tokens',
      causal: false,
      written: null,
      features: 0,
      scored: false,
      ...given,
      vocabulary: tokeniser.vocabulary.length,
      classes: classes.length,
      source: source ? { length: source.length, vocabulary: source.tokeniser.vocabulary.length, padded: true } : null,
    },
    tokeniser,
    source: source?.tokeniser ?? null,
    classes,
    notices,
  }
}

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
   * Number of validation batches of a size: all of the validation set. The last one is filled up with fully padded rows if the task is
   * padded, and from the beginning of the set if it is not.
   */
  evaluationBatches(size: number): number
  /** The index-th batch of the validation set, always the same. */
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
  /** Settings that a new lab begins with where a lab that does not name them keeps what an earlier version did. */
  readonly fresh?: z.input<P>
  /** Whether the task reads the learner's own text: never, if there is one (with a built-in text otherwise). */
  readonly data: 'none' | 'optional'
  /** Of tasks that read tables. Reads no more than it shows; throws LabError for what cannot be read. */
  preview?(params: z.output<P>, data: string | null): Preview
  /** Throws LabError when the data will not do (empty, too short, not text). */
  create(params: z.output<P>, data: string | null): TaskInstance
}

export function defineTask<P extends z.ZodType>(task: TaskDefinition<P>): TaskDefinition<P> {
  return task
}

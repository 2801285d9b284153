/** The definition of a task: tokens, targets and split. One file per task, one line in `index.ts`. */
import type { z } from 'zod'
import type { Problem } from '../errors'
import type { Signature } from '../signature'
import type { Tokeniser } from '../tokenisers'
import type { HiddenData } from './hidden'

/** Description of a task, as plain data for sending over ports. */
export interface TaskSpec {
  /** Sizes for the compiler, consistent with the vocabularies and classes here. */
  readonly signature: Signature
  /** Tokeniser of the model's input, or of the generated sequence if there is a source. */
  readonly tokeniser: Tokeniser
  /** Tokeniser of the source; null if there is none. */
  readonly source: Tokeniser | null
  /** Class texts by id. Empty for numbers. In a causal task the classes are the vocabulary, under the same ids. */
  readonly classes: readonly string[]
  /** Number of validation sequences, never used in training. */
  readonly validation: number
  /** Remarks on the learner's data, e.g. that some sequences were truncated. */
  readonly notices: readonly Problem[]
}

/** Defaults are those of most tasks: one class per token of a single sequence, not causal. */
export interface SpecParts extends Partial<Omit<Signature, 'length' | 'padded' | 'vocabulary' | 'classes' | 'source'>> {
  readonly length: number
  readonly padded: boolean
  readonly tokeniser: Tokeniser
  readonly classes: readonly string[]
  readonly source?: { readonly length: number; readonly tokeniser: Tokeniser }
  readonly notices?: readonly Problem[]
}

/** Completes a specification except for the number of validation sequences. A source is padded. */
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

/** One batch, by the names of a program's data inputs. Masks are 1 for real tokens and 0 for padding; absent if nothing is padded. */
export interface Batch {
  readonly tokens: Int32Array // (batch, token)
  readonly mask?: Float32Array // (batch, token)
  /** By aim: int32 (batch, token); int32 (batch); float32 (batch, class), 1 or 0; float32 (batch). */
  readonly targets: Int32Array | Float32Array
  readonly source?: Int32Array // (batch, source token)
  readonly sourceMask?: Float32Array // (batch, source token)
  readonly features?: Float32Array // (batch, token, feature)
  readonly scored?: Float32Array // (batch, token), 1 where the model is scored
}

export interface TaskInstance {
  readonly spec: TaskSpec
  /** The training batch of a step: a pure function of (seed, step), so that resuming needs no saved order. */
  trainBatch(seed: number, step: number, size: number): Batch
  /**
   * Number of validation batches of a size, covering the whole validation set. The last one is filled with padded rows if the task is
   * padded, else from the beginning of the set.
   */
  evaluationBatches(size: number): number
  /** The index-th batch of the validation set, always the same. */
  evaluationBatch(index: number, size: number): Batch
  /**
   * The same task, encoded in the same way, with other validation data. Throws LabError where the data does not suit the task or has
   * classes that the task does not have.
   */
  withHidden(data: HiddenData): TaskInstance
}

/** The first rows of the learner's data as read. */
export interface Preview {
  /** The detected format, e.g. csv. */
  readonly format: string
  readonly columns: readonly string[]
  /** One cell per column. */
  readonly rows: readonly (readonly string[])[]
  /** The chosen column by the name of its setting. */
  readonly chosen: Readonly<Record<string, string>>
}

export interface TaskDefinition<P extends z.ZodType = z.ZodType> {
  readonly kind: string
  readonly params: P
  /** Defaults of new labs that differ from those of labs without the setting, which keep the behaviour of earlier versions. */
  readonly fresh?: z.input<P>
  /** Whether the task reads the learner's own text: never, or if there is one (else a built-in text). */
  readonly data: 'none' | 'optional'
  /** For tasks that read tables. Reads no more than it shows; throws LabError for unreadable data. */
  preview?(params: z.output<P>, data: string | null): Preview
  /** Throws LabError for unsuitable data (empty, too short, not text). */
  create(params: z.output<P>, data: string | null): TaskInstance
}

export function defineTask<P extends z.ZodType>(task: TaskDefinition<P>): TaskDefinition<P> {
  return task
}

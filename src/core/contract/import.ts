/** Importing a model from a folder: what became of every tensor, and what the model takes. */
import { z } from 'zod'
import { dataId } from './data'
import type { Progress } from './progress'
import type { RunStatus } from './runs'
import { method } from './table'

/** `split`: into several weights. */
export const fates = ['taken', 'transposed', 'split', 'left over', 'missing'] as const
export type Fate = (typeof fates)[number]

export interface TensorReport {
  readonly tensor: string
  readonly fate: Fate
  readonly dtype: string
  readonly shape: readonly number[]
  /** Weights of the lab that it became. */
  readonly states: readonly string[]
}

export interface ImportReport {
  /** Type of the model. */
  readonly model: string
  readonly parameters: number
  /** Bytes of the weights in memory. */
  readonly bytes: number
  readonly tensors: readonly TensorReport[]
}

export const importRequest = z.object({
  /** On the computer of the host. */
  folder: z.string().min(1).max(4096),
  /** Tokens of a sequence; null for the usual number. */
  length: z.number().int().min(4).max(8192).nullable().default(null),
})

export const importMethods = {
  /** Checks a folder without reading its weights, or with `keep` adds the model to the runs, at step 0. Throws LabError `import.…`. */
  'models.import': method(
    importRequest.extend({
      /** The learner's own text, to measure and train with. */
      data: dataId.nullable().default(null),
      keep: z.boolean(),
    }),
  )
    .for('owner')
    .streams<Progress>()
    .returns<{ readonly report: ImportReport; readonly run: RunStatus | null }>(),
} as const

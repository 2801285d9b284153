/** Assembles samples into padded and masked batches of any size, in the format of a signature. */
import type { Signature } from '../signature'
import type { Batch, TaskInstance } from './types'

/** One sequence and its targets. */
export interface Sample {
  readonly tokens: ArrayLike<number>
  /** In the format of the task's aim: a class per token, one class, 1 or 0 for each class, or one number. */
  readonly targets: ArrayLike<number>
  readonly source?: ArrayLike<number>
  /** The features of the first token, of the second, and so on. */
  readonly features?: ArrayLike<number>
  /** 1 for each scored token, else 0. */
  readonly scored?: ArrayLike<number>
}

/** (size, …); short or missing sequences are padded with 0, including masks. */
export function batchOf(signature: Signature, samples: readonly Sample[], size: number): Batch {
  const { aim, length, padded, classes, source, features, scored } = signature
  const fill = <T extends Int32Array | Float32Array>(
    data: T,
    width: number,
    read: (sample: Sample) => ArrayLike<number>,
  ): T => {
    samples.forEach((sample, row) => data.set(read(sample), row * width))
    return data
  }
  const maskOf = (width: number, read: (sample: Sample) => ArrayLike<number>): Float32Array =>
    fill(new Float32Array(size * width), width, (sample) => new Float32Array(read(sample).length).fill(1))
  const asked = aim === 'tokens' ? length : aim === 'labels' ? classes : 1
  const isFloat = aim === 'labels' || aim === 'number'
  const sourceOf = (sample: Sample): ArrayLike<number> => sample.source ?? []
  return {
    tokens: fill(new Int32Array(size * length), length, ({ tokens }) => tokens),
    ...(padded && { mask: maskOf(length, ({ tokens }) => tokens) }),
    targets: fill(isFloat ? new Float32Array(size * asked) : new Int32Array(size * asked), asked, ({ targets }) => targets),
    ...(source && { source: fill(new Int32Array(size * source.length), source.length, sourceOf) }),
    ...(source?.padded && { sourceMask: maskOf(source.length, sourceOf) }),
    ...(features > 0 && {
      features: fill(new Float32Array(size * length * features), length * features, (sample) => sample.features ?? []),
    }),
    ...(scored && { scored: fill(new Float32Array(size * length), length, (sample) => sample.scored ?? []) }),
  }
}

/**
 * The validation set in batches of any size; the last is filled with padded rows, or from the beginning of the set if the task is not
 * padded.
 */
export function validationBatches(
  signature: Signature,
  samples: readonly Sample[],
): Pick<TaskInstance, 'evaluationBatches' | 'evaluationBatch'> {
  return {
    evaluationBatches: (size) => Math.ceil(samples.length / size),
    evaluationBatch(index, size) {
      const rows = samples.slice(index * size, (index + 1) * size)
      if (!signature.padded) while (rows.length < size) rows.push(samples[rows.length % samples.length]!)
      return batchOf(signature, rows, size)
    },
  }
}

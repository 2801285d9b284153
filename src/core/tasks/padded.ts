/** Batches of sequences that differ in length: filled up with padding, and masked. */
import type { Batch, TaskInstance } from './types'

/** One sequence: as many targets as tokens. */
export interface Row {
  readonly tokens: ArrayLike<number>
  readonly targets: ArrayLike<number>
}

/** (size, length); rows that are short or missing are padded with token 0, target 0 and mask 0. */
export function paddedBatch(rows: readonly Row[], size: number, length: number): Batch {
  const tokens = new Int32Array(size * length)
  const targets = new Int32Array(size * length)
  const mask = new Float32Array(size * length)
  rows.forEach((row, index) => {
    const at = index * length
    tokens.set(row.tokens, at)
    targets.set(row.targets, at)
    mask.fill(1, at, at + row.tokens.length)
  })
  return { tokens, targets, mask }
}

/** The held-out set in batches of any size; the last one is filled up with fully padded rows. */
export function heldOutBatches(
  rows: readonly Row[],
  length: number,
): Pick<TaskInstance, 'evaluationBatches' | 'evaluationBatch'> {
  return {
    evaluationBatches: (size) => Math.ceil(rows.length / size),
    evaluationBatch: (index, size) => paddedBatch(rows.slice(index * size, (index + 1) * size), size, length),
  }
}

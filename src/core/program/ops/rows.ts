/** Shared by operations over the last axis. */
import type { Tensor } from '../define'
import { lastSize } from '../shapes'

/** Applies `apply` to each row along the last axis and joins the results. */
export function mapRows(x: Tensor, apply: (row: Float64Array) => Float64Array): Float64Array {
  const width = lastSize(x.shape)
  const result = new Float64Array(x.data.length)
  for (let start = 0; start < result.length; start += width) result.set(apply(x.data.subarray(start, start + width)), start)
  return result
}

/** One number for each row along the last axis. */
export function reduceRows(x: Tensor, reduce: (row: Float64Array, index: number) => number): Float64Array {
  const width = lastSize(x.shape)
  return Float64Array.from({ length: x.data.length / width }, (_, i) => reduce(x.data.subarray(i * width, (i + 1) * width), i))
}

export function largest(row: Float64Array): number {
  return row.reduce((a, b) => Math.max(a, b), -Infinity)
}

/** log Σ exp, without overflow. */
export function logSumExp(row: Float64Array): number {
  const shift = largest(row)
  return shift + Math.log(row.reduce((total, x) => total + Math.exp(x - shift), 0))
}

/** Mean and variance, which divides by n. */
export function moments(row: Float64Array): { mean: number; variance: number } {
  const mean = row.reduce((a, b) => a + b, 0) / row.length
  return { mean, variance: row.reduce((total, x) => total + (x - mean) ** 2, 0) / row.length }
}

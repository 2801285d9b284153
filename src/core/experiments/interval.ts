/** The 95 % confidence interval of a mean, for few seeds: Student's t. */
import { summarise } from './verdict'

/** Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom (any table, for example NIST/SEMATECH 1.3.6.7.2). */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101,
  2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
]
const normal = 1.96

export interface Interval {
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** Null for fewer than two finite numbers. */
export function confidenceInterval(numbers: readonly number[]): Interval | null {
  if (numbers.length < 2 || !numbers.every(Number.isFinite)) return null
  const { mean, deviation } = summarise(numbers)
  const half = ((quantiles[numbers.length - 2] ?? normal) * deviation) / Math.sqrt(numbers.length)
  return { mean, low: mean - half, high: mean + half }
}

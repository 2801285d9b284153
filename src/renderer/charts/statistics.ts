/** Descriptive statistics of the values in a tensor. */

export interface Statistics {
  readonly mean: number
  /** Population standard deviation (divides by n). */
  readonly deviation: number
  readonly min: number
  readonly max: number
  /** Euclidean norm. */
  readonly norm: number
  /** Share of values that are exactly 0, between 0 and 1. */
  readonly zeros: number
}

/** Two passes in double precision, so that the deviation of nearly equal values stays accurate. All NaN for an empty array. */
export function statisticsOf(data: Float32Array): Statistics {
  const n = data.length
  if (n === 0) return { mean: NaN, deviation: NaN, min: NaN, max: NaN, norm: NaN, zeros: NaN }
  let sum = 0
  let squares = 0
  let zeros = 0
  let min = Infinity
  let max = -Infinity
  for (const value of data) {
    sum += value
    squares += value * value
    if (value === 0) zeros++
    if (value < min) min = value
    if (value > max) max = value
  }
  const mean = sum / n
  let spread = 0
  for (const value of data) spread += (value - mean) ** 2
  return { mean, deviation: Math.sqrt(spread / n), min, max, norm: Math.sqrt(squares), zeros: zeros / n }
}

/** ‖a‖ / ‖b‖; null if b has norm 0. */
export function normRatio(a: Float32Array, b: Float32Array): number | null {
  const norm = statisticsOf(b).norm
  return norm > 0 ? statisticsOf(a).norm / norm : null
}

export interface Bins {
  readonly counts: readonly number[]
  readonly min: number
  readonly max: number
}

/** Bins of equal width over the range of the finite values, or over `range` (outliers count in the end bins). */
export function binsOf(data: Float32Array, count: number, range: Range | null = rangeOf([data])): Bins {
  const counts = new Array<number>(count).fill(0)
  if (!range) return { counts, min: 0, max: 0 }
  const [min, max] = range
  const binsPerUnit = count / (max - min)
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!
    if (!(value > -Infinity && value < Infinity)) continue
    const bin = Math.floor((value - min) * binsPerUnit)
    counts[bin < 0 ? 0 : bin >= count ? count - 1 : bin]!++
  }
  return { counts, min, max }
}

type Range = readonly [min: number, max: number]

/** Of all finite values, and never empty; null if there are none. */
export function rangeOf(all: readonly Float32Array[]): Range | null {
  let [min, max] = [Infinity, -Infinity]
  for (const data of all) {
    for (const value of data) {
      if (value < min && value > -Infinity) min = value
      if (value > max && value < Infinity) max = value
    }
  }
  if (min > max) return null
  return min === max ? [min - 0.5, max + 0.5] : [min, max]
}

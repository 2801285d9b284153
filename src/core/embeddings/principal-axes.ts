/** Principal component analysis of a table of vectors: a map in two dimensions that keeps as much of the variance as possible (Pearson 1901). */
import { symmetricEigen } from './symmetric-eigen'

/** Vectors of `columns` features, row-major. */
export interface VectorTable {
  readonly rows: number
  readonly columns: number
  readonly data: ArrayLike<number>
}

/** A projection: what is subtracted from each vector, and two unit vectors. */
export interface PrincipalAxes {
  readonly mean: Float64Array
  readonly first: Float64Array
  /** All zero where vectors have a single feature. */
  readonly second: Float64Array
}

/** Wider vectors would block the page for seconds. */
export const mostFeatures = 640

/**
 * The two directions with the largest variance; the largest component of each is positive, so that the signs do not depend on chance. Null if a
 * value is not finite, if all vectors are equal, or if they have more than 640 features.
 */
export function principalAxes(table: VectorTable): PrincipalAxes | null {
  const { rows, columns, data } = table
  if (columns > mostFeatures || rows < 2) return null
  const mean = meanOf(table)
  const covariance = new Float64Array(columns * columns)
  const centred = new Float64Array(columns)
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns; i++) centred[i] = data[row * columns + i]! - mean[i]!
    for (let i = 0; i < columns; i++) {
      const value = centred[i]!
      for (let j = 0; j <= i; j++) covariance[i * columns + j]! += value * centred[j]!
    }
  }
  for (let i = 0; i < columns; i++) for (let j = 0; j < i; j++) covariance[j * columns + i] = covariance[i * columns + j]!
  const found = symmetricEigen(covariance, columns)
  if (!found || !(found.values[0]! > 0)) return null
  const axis = (index: number) => found.vectors.slice(index * columns, (index + 1) * columns)
  return { mean, first: axis(0), second: columns > 1 ? axis(1) : new Float64Array(1) }
}

function meanOf({ rows, columns, data }: VectorTable): Float64Array {
  const mean = new Float64Array(columns)
  for (let row = 0; row < rows; row++) for (let i = 0; i < columns; i++) mean[i]! += data[row * columns + i]! / rows
  return mean
}

/** Coordinates of each vector. */
export interface Projected {
  readonly x: Float32Array
  readonly y: Float32Array
  /** How much of the variance of these vectors lies along each axis, from 0 to 1. */
  readonly shares: readonly [number, number]
}

/** The table may be another one than that of the axes, e.g. after another step. */
export function project(table: VectorTable, { mean, first, second }: PrincipalAxes): Projected {
  const { rows, columns, data } = table
  const [x, y] = [new Float32Array(rows), new Float32Array(rows)]
  for (let row = 0; row < rows; row++) {
    let [a, b] = [0, 0]
    for (let i = 0; i < columns; i++) {
      const value = data[row * columns + i]! - mean[i]!
      a += value * first[i]!
      b += value * second[i]!
    }
    x[row] = a
    y[row] = b
  }
  const own = meanOf(table)
  let total = 0
  for (let index = 0; index < rows * columns; index++) total += (data[index]! - own[index % columns]!) ** 2
  const share = (values: Float32Array): number => {
    const middle = values.reduce((sum, value) => sum + value, 0) / rows
    return total > 0 ? values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / total : 0
  }
  return { x, y, shares: [share(x), share(y)] }
}

/** Random orthogonal matrices. */
import type { RandomStream } from './stream'

/**
 * (rows, columns), row by row: rows or columns, whichever are fewer, are orthonormal. All directions are equally likely, because normal
 * vectors have no preferred direction and the Gram–Schmidt process keeps the sign of the component of each vector.
 */
export function orthogonal(rows: number, columns: number, random: RandomStream): Float64Array {
  const wide = rows <= columns
  const [count, size] = wide ? [rows, columns] : [columns, rows]
  const drawn = random.fillNormal(new Float32Array(count * size))
  const vectors = Array.from({ length: count }, (_, i) => Float64Array.from(drawn.subarray(i * size, (i + 1) * size)))
  vectors.forEach((vector, index) => {
    // Modified Gram–Schmidt, done twice to remove rounding errors (Giraud et al. 2005).
    for (const earlier of [...vectors.slice(0, index), ...vectors.slice(0, index)]) {
      const share = dot(vector, earlier)
      for (let i = 0; i < size; i++) vector[i]! -= share * earlier[i]!
    }
    const length = Math.sqrt(dot(vector, vector))
    for (let i = 0; i < size; i++) vector[i]! /= length
  })
  const matrix = new Float64Array(rows * columns)
  vectors.forEach((vector, index) =>
    vector.forEach((value, i) => {
      matrix[wide ? index * columns + i : i * columns + index] = value
    }),
  )
  return matrix
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

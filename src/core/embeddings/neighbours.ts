/** The vectors that point in the most similar direction. */
import type { VectorTable } from './principal-axes'

export interface Neighbour {
  readonly row: number
  /** Cosine similarity, from −1 to 1; 0 if either vector is zero. */
  readonly cosine: number
}

/** The `most` nearest to a row, without itself, the nearest first; of equal ones, the first row first. NaN comes last. */
export function neighboursOf({ rows, columns, data }: VectorTable, row: number, most: number): readonly Neighbour[] {
  const dot = (a: number, b: number): number => {
    let sum = 0
    for (let i = 0; i < columns; i++) sum += data[a * columns + i]! * data[b * columns + i]!
    return sum
  }
  const own = Math.sqrt(dot(row, row))
  const all = Array.from({ length: rows }, (_, other): Neighbour => {
    const size = own * Math.sqrt(dot(other, other))
    return { row: other, cosine: size === 0 ? 0 : dot(row, other) / size }
  })
  const rank = ({ cosine }: Neighbour): number => (Number.isNaN(cosine) ? -Infinity : cosine)
  return all
    .filter((each) => each.row !== row)
    .sort((a, b) => rank(b) - rank(a) || a.row - b.row)
    .slice(0, most)
}

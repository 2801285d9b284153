/** Data of a large map: a window of the matrix, scaling per row, and token search. */
import { tokenText } from '@core/tokenisers/token-text'
import type { Cell } from './heatMapLayout'
import type { Matrix } from './matrix'

/** Maximum cell size in CSS pixels. */
export const largestCell = 44

/** A window of `rows` × `columns` values, starting at a cell. The window must lie inside the matrix. */
export function windowOf(matrix: Matrix, first: Cell, { rows, columns }: Pick<Matrix, 'rows' | 'columns'>): Matrix {
  const data = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const start = (first.row + row) * matrix.columns + first.column
    data.set(matrix.data.subarray(start, start + columns), row * columns)
  }
  return { ...matrix, rows, columns, data }
}

/** Divides each row by its largest magnitude; rows of zeros are unchanged. */
export function scaledByRow(matrix: Matrix): Matrix {
  const { rows, columns } = matrix
  const data = Float32Array.from(matrix.data)
  for (let row = 0; row < rows; row++) {
    const values = data.subarray(row * columns, (row + 1) * columns)
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0)
    if (largest > 0) for (let column = 0; column < columns; column++) values[column]! /= largest
  }
  return { ...matrix, data }
}

/** Rows at which the text starts, ignoring case; a match may span several labels. Empty for an empty query. */
export function placesOf(query: string, labels: readonly string[] | null, rows: number): readonly number[] {
  const wanted = tokenText(query.trim().toLowerCase())
  if (query.trim() === '' || labels === null) return []
  const texts = labels.slice(0, rows).map((label) => label.toLowerCase())
  const text = texts.join('')
  let start = 0
  return texts.flatMap((label, row) => {
    const at = text.indexOf(wanted, start)
    start += label.length
    return at >= 0 && at < start ? [row] : []
  })
}

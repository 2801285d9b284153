/** What a map larger than the window shows: a part of the matrix, rows to their own scale, and where a token stands. */
import { tokenText } from '@core/tokenisers/token-text'
import type { Cell } from './heatMapLayout'
import type { Matrix } from './matrix'

/** Side of a cell at most, in CSS pixels. */
export const largestCell = 44

/** `rows` × `columns` values from a first cell on, which must lie inside. */
export function windowOf(matrix: Matrix, first: Cell, { rows, columns }: Pick<Matrix, 'rows' | 'columns'>): Matrix {
  const data = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const start = (first.row + row) * matrix.columns + first.column
    data.set(matrix.data.subarray(start, start + columns), row * columns)
  }
  return { ...matrix, rows, columns, data }
}

/** Each row divided by its largest magnitude; a row of zeros stays. */
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

/** Rows where the text begins, in upper or lower case: within one label or over several. None for no text. */
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

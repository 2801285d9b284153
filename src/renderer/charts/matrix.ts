/** Two-dimensional views of tensors: a slice, without padding. */
import type { Tensor } from '@core/contract/look'

export interface Matrix {
  readonly rows: number
  readonly columns: number
  /** Row-major. */
  readonly data: Float32Array
  readonly rowAxis: string
  readonly columnAxis: string
}

const TOKEN_AXES: ReadonlySet<string> = new Set(['token', 'query'])

export const sizeOf = (tensor: Tensor, axis: string): number => tensor.shape[tensor.axes.indexOf(axis)] ?? 1

/**
 * The last two axes of a tensor as a matrix; a vector becomes one row. `at` gives an index on each leading axis (default 0). `tokens`
 * removes padding: axes over tokens (token, query, key) are cut to that length. Keys may belong to another sequence.
 */
export function matrixOf(
  tensor: Tensor,
  at: Readonly<Record<string, number>> = {},
  tokens = Infinity,
  keys: number = tokens,
): Matrix {
  const rank = tensor.shape.length
  let offset = 0
  let stride = tensor.data.length
  for (let axis = 0; axis < rank - 2; axis++) {
    stride /= tensor.shape[axis]!
    offset += (at[tensor.axes[axis]!] ?? 0) * stride
  }
  const width = tensor.shape[rank - 1] ?? 1
  const height = rank > 1 ? tensor.shape[rank - 2]! : 1
  const rowAxis = rank > 1 ? tensor.axes[rank - 2]! : ''
  const columnAxis = tensor.axes[rank - 1] ?? ''
  const longest = (axis: string) => (axis === 'key' ? keys : TOKEN_AXES.has(axis) ? tokens : Infinity)
  const rows = Math.min(height, longest(rowAxis))
  const columns = Math.min(width, longest(columnAxis))
  const whole = { rows, columns, rowAxis, columnAxis }
  if (columns === width) return { ...whole, data: tensor.data.subarray(offset, offset + rows * columns) }
  const data = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    data.set(tensor.data.subarray(offset + row * width, offset + row * width + columns), row * columns)
  }
  return { ...whole, data }
}

export const rowOf = (matrix: Matrix, row: number): Float32Array =>
  matrix.data.subarray(row * matrix.columns, (row + 1) * matrix.columns)

export const valueAt = (matrix: Matrix, row: number, column: number): number =>
  matrix.data[row * matrix.columns + column] ?? NaN

/** Similarity of all pairs of rows: dot product or cosine (0 if either row is zero). */
export function similarity(matrix: Matrix, measure: 'dot' | 'cosine'): Matrix {
  const { rows, columns, rowAxis } = matrix
  const data = new Float32Array(rows * rows)
  const norms = new Float64Array(rows)
  const dot = (i: number, j: number) => {
    let sum = 0
    for (let k = 0; k < columns; k++) sum += matrix.data[i * columns + k]! * matrix.data[j * columns + k]!
    return sum
  }
  for (let i = 0; i < rows; i++) norms[i] = Math.sqrt(dot(i, i))
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      const size = measure === 'dot' ? 1 : norms[i]! * norms[j]!
      const value = size === 0 ? 0 : dot(i, j) / size
      data[i * rows + j] = value
      data[j * rows + i] = value
    }
  }
  return { rows, columns: rows, data, rowAxis, columnAxis: rowAxis }
}

/** The value of each column that is farthest from 0. */
export function strongest({ rows, columns, data }: Matrix): Float32Array {
  const found = data.slice(0, columns)
  for (let row = 1; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = data[row * columns + column]!
      if (Math.abs(value) > Math.abs(found[column]!)) found[column] = value
    }
  }
  return found
}

/** Small dense matrices in float64. */

export interface Matrix {
  readonly rows: number
  readonly columns: number
  /** Row-major. */
  readonly data: Float64Array
}

export const matrix = (rows: number, columns: number, data: ArrayLike<number>): Matrix => ({
  rows,
  columns,
  data: Float64Array.from(data),
})

/** The n × n identity times a factor. */
export function identity(size: number, factor = 1): Matrix {
  const data = new Float64Array(size * size)
  for (let i = 0; i < size; i++) data[i * size + i] = factor
  return { rows: size, columns: size, data }
}

/** a·b. Throws RangeError unless a has as many columns as b has rows. */
export function product(a: Matrix, b: Matrix): Matrix {
  if (a.columns !== b.rows) throw new RangeError(`product of ${a.rows} × ${a.columns} and ${b.rows} × ${b.columns}`)
  const data = new Float64Array(a.rows * b.columns)
  for (let row = 0; row < a.rows; row++) {
    for (let inner = 0; inner < a.columns; inner++) {
      const factor = a.data[row * a.columns + inner]!
      const from = inner * b.columns
      for (let column = 0; column < b.columns; column++) data[row * b.columns + column]! += factor * b.data[from + column]!
    }
  }
  return { rows: a.rows, columns: b.columns, data }
}

export function transpose({ rows, columns, data }: Matrix): Matrix {
  return matrix(
    columns,
    rows,
    Float64Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!),
  )
}

export const scaled = (a: Matrix, factor: number): Matrix => ({ ...a, data: a.data.map((value) => value * factor) })

/** The rows or columns at these places, in this order. */
export function pick(a: Matrix, axis: 'rows' | 'columns', places: readonly number[]): Matrix {
  if (axis === 'columns') return transpose(pick(transpose(a), 'rows', places))
  const data = new Float64Array(places.length * a.columns)
  places.forEach((place, row) => data.set(a.data.subarray(place * a.columns, (place + 1) * a.columns), row * a.columns))
  return { rows: places.length, columns: a.columns, data }
}

/** The difference of two maps of the same size, and what stands out in it. */
import type { Cell } from './heatMapLayout'
import type { Matrix } from './matrix'

/** B − A, cell by cell, with the axes of A. Both must have the same size. */
export function differenceOf(a: Matrix, b: Matrix): Matrix {
  return { ...a, data: a.data.map((value, index) => b.data[index]! - value) }
}

export interface DifferenceFigures {
  /** The cell whose difference is largest in magnitude, and the difference; null where no cell of both is finite. */
  readonly largest: (Cell & { readonly value: number }) | null
  /** Mean magnitude over the finite cells; NaN if there are none. */
  readonly mean: number
}

/** In double precision. Cells that are not finite, such as hidden ones of both maps, do not count. */
export function figuresOf({ data, columns }: Matrix): DifferenceFigures {
  let [at, largest, sum, count] = [-1, -1, 0, 0]
  data.forEach((value, index) => {
    if (!Number.isFinite(value)) return
    const size = Math.abs(value)
    if (size > largest) [at, largest] = [index, size]
    sum += size
    count++
  })
  const cell = { row: Math.floor(at / columns), column: at % columns, value: data[at]! }
  return { largest: at < 0 ? null : cell, mean: sum / count }
}

/** Mean magnitude of the difference. Both must have the same size. */
export const distanceOf = (a: Matrix, b: Matrix): number => figuresOf(differenceOf(a, b)).mean

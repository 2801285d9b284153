import { describe, expect, it } from 'vitest'
import { differenceOf, distanceOf, figuresOf } from './difference'
import type { Matrix } from './matrix'

const matrix = (columns: number, ...values: readonly number[]): Matrix => ({
  ...{ rows: values.length / columns, columns, data: Float32Array.from(values) },
  ...{ rowAxis: 'query', columnAxis: 'key' },
})

describe('the difference of two maps', () => {
  const a = matrix(3, 1, 0, 0, 0.5, 0.5, 0)
  const b = matrix(3, 1, 0, 0, 0.25, 0.5, 0.25)

  it('is B − A in every cell', () => {
    expect(differenceOf(a, b)).toEqual({ ...a, data: Float32Array.of(0, 0, 0, -0.25, 0, 0.25) })
    expect(differenceOf(b, a).data).toEqual(Float32Array.of(0, 0, 0, 0.25, 0, -0.25))
  })
  it('has the first of the largest cells, and the mean magnitude', () => {
    expect(figuresOf(differenceOf(a, b))).toEqual({ largest: { row: 1, column: 0, value: -0.25 }, mean: 0.5 / 6 })
    expect(distanceOf(a, b)).toBe(distanceOf(b, a))
  })
  it('is zero everywhere for a map and itself', () => {
    expect(figuresOf(differenceOf(a, a))).toEqual({ largest: { row: 0, column: 0, value: 0 }, mean: 0 })
  })
  it('leaves out what is not finite', () => {
    const hidden = matrix(2, -Infinity, 1, NaN, 3)
    expect(figuresOf(differenceOf(hidden, matrix(2, -Infinity, 2, 0, 1)))).toEqual({
      largest: { row: 1, column: 1, value: -2 },
      mean: 1.5,
    })
    expect(figuresOf(differenceOf(matrix(1, NaN), matrix(1, NaN)))).toEqual({ largest: null, mean: NaN })
  })
})

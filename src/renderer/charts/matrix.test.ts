import { describe, expect, it } from 'vitest'
import type { Tensor } from '@core/contract/look'
import { matrixOf, similarity, valueAt } from './matrix'

const tensor = (axes: string[], shape: number[]): Tensor => ({
  axes,
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i),
})

describe('matrixOf', () => {
  it('takes the chosen head', () => {
    const map = matrixOf(tensor(['head', 'query', 'key'], [2, 3, 3]), { head: 1 })
    expect([...map.data]).toEqual([9, 10, 11, 12, 13, 14, 15, 16, 17])
    expect([map.rowAxis, map.columnAxis]).toEqual(['query', 'key'])
  })

  it('removes padding from token axes only', () => {
    const map = matrixOf(tensor(['head', 'query', 'key'], [2, 3, 3]), { head: 1 }, 2)
    expect([...map.data]).toEqual([9, 10, 12, 13])
    const features = matrixOf(tensor(['token', 'feature'], [3, 4]), {}, 2)
    expect([features.rows, features.columns]).toEqual([2, 4])
    expect(valueAt(features, 1, 3)).toBe(7)
  })

  it('turns a vector into one row', () => {
    const map = matrixOf(tensor(['feature'], [5]))
    expect([map.rows, map.columns]).toEqual([1, 5])
  })
})

describe('row similarity', () => {
  const rows = { rows: 3, columns: 2, data: Float32Array.of(3, 4, 6, 8, 0, 0), rowAxis: 'position', columnAxis: 'feature' }
  it('is the dot product or the cosine', () => {
    expect([...similarity(rows, 'dot').data]).toEqual([25, 50, 0, 50, 100, 0, 0, 0, 0])
    expect([...similarity(rows, 'cosine').data]).toEqual([1, 1, 0, 1, 1, 0, 0, 0, 0])
  })
})

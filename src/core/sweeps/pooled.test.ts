import { expect, test } from 'vitest'
import { pooled, valuesOf, type MeasuredPoint } from './pooled'

const points: MeasuredPoint[] = [
  { id: 'point-1', values: [8, 'root', true], numbers: [1, 2] },
  { id: 'point-2', values: [2, 'root', true], numbers: [3, 4] },
  { id: 'point-3', values: [8, 'none', true], numbers: [5, 6] },
  { id: 'point-4', values: [8, 'root', false], numbers: [7, NaN] },
]

test('points that share the values asked for are pooled, with every seed', () => {
  expect(pooled(points, [0])).toEqual([
    { values: [8], numbers: [1, 2, 5, 6, 7, NaN] },
    { values: [2], numbers: [3, 4] },
  ])
  expect(pooled(points, [1, 0]).map(({ values }) => values)).toEqual([
    ['root', 8],
    ['root', 2],
    ['none', 8],
  ])
  expect(pooled(points, [])).toEqual([{ values: [], numbers: [1, 2, 3, 4, 5, 6, 7, NaN] }])
})

test('a value of another type is another value', () => {
  const alike: MeasuredPoint[] = [
    { id: 'a', values: [1], numbers: [1] },
    { id: 'b', values: ['1'], numbers: [2] },
    { id: 'c', values: [true], numbers: [3] },
    { id: 'd', values: [null], numbers: [4] },
  ]
  expect(pooled(alike, [0])).toHaveLength(4)
})

test('numbers are in order, and choices as in the sweep', () => {
  expect(valuesOf(points, 0)).toEqual([2, 8])
  expect(valuesOf(points, 1)).toEqual(['root', 'none'])
  expect(valuesOf(points, 2)).toEqual([true, false])
})

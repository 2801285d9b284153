import { describe, expect, it } from 'vitest'
import { applyEdit } from '@core/graph/edit'
import { emptyLab } from '@core/lab/empty'
import { placeFor } from './placement'

const labWith = (...places: [string, number, number][]) =>
  places.reduce(
    (lab, [id, x, y]) => applyEdit(lab, { type: 'addNode', kind: 'norm', id, position: { x, y } }),
    emptyLab('Test'),
  )

describe('a block added without a pointer position', () => {
  it('is placed at the origin if it is the first', () => {
    expect(placeFor(labWith(), [])).toEqual({ x: 0, y: 0 })
  })
  it('is placed to the right of the selected block', () => {
    expect(placeFor(labWith(['a', 0, 0], ['b', 800, 0]), ['a'])).toEqual({ x: 176, y: 0 })
  })
  it('is placed to the right of all blocks if nothing is selected', () => {
    expect(placeFor(labWith(['a', 0, 0], ['b', 800, 96]), [])).toEqual({ x: 976, y: 96 })
  })
  it('never overlaps another block', () => {
    const lab = labWith(['a', 0, 0], ['b', 176, 0], ['c', 180, 144])
    expect(placeFor(lab, ['a'])).toEqual({ x: 176, y: 288 })
  })
})

import { describe, expect, it } from 'vitest'
import type { Points } from '../series/series'
import { formedAt } from './formed'

const points = (...pairs: readonly (readonly [number, number])[]): Points => ({
  steps: Int32Array.from(pairs, ([step]) => step),
  values: Float32Array.from(pairs, ([, value]) => value),
})

describe('a head formed', () => {
  it('at the first step from which on its score keeps the threshold', () => {
    expect(formedAt(points([0, 0.1], [10, 0.4], [20, 0.5], [30, 0.9]), 0.5)).toEqual({ step: 20, after: 10 })
  })
  it('again after each fall below it', () => {
    expect(formedAt(points([0, 0.6], [10, 0.49], [20, 0.7], [30, 0.8]), 0.5)).toEqual({ step: 20, after: 10 })
  })
  it('at the first step, where it always was above it', () => {
    expect(formedAt(points([5, 0.6], [10, 0.7]), 0.5)).toEqual({ step: 5, after: null })
  })
  it('not at all, where its last score is below it, or where there is none', () => {
    expect(formedAt(points([0, 0.6], [10, 0.7], [20, 0.4]), 0.5)).toBeNull()
    expect(formedAt(points(), 0.5)).toBeNull()
    expect(formedAt(points([0, NaN], [10, NaN]), 0.5)).toBeNull()
  })
  it('where the score is defined', () => {
    expect(formedAt(points([0, 0.2], [10, NaN], [20, 0.7], [30, NaN], [40, 0.8]), 0.5)).toEqual({ step: 20, after: 0 })
  })
})

import { describe, expect, it } from 'vitest'
import { binsOf, rangeOf, statisticsOf } from './statistics'

describe('statistics', () => {
  it('match values computed by hand', () => {
    const { mean, deviation, min, max, norm, zeros } = statisticsOf(Float32Array.of(2, 4, 4, 4, 5, 5, 7, 9))
    expect([mean, deviation, min, max, zeros]).toEqual([5, 2, 2, 9, 0])
    expect(norm).toBeCloseTo(Math.sqrt(232), 12)
  })

  it('count exact zeros', () => {
    expect(statisticsOf(Float32Array.of(0, 0, 1, -1)).zeros).toBe(0.5)
  })

  it('keep precision for a small deviation of large numbers', () => {
    expect(statisticsOf(Float32Array.of(10_000_001, 10_000_003)).deviation).toBe(1)
  })

  it('are NaN for an empty array', () => {
    expect(statisticsOf(new Float32Array()).mean).toBeNaN()
  })
})

describe('bins', () => {
  it('count every finite value once, the maximum in the last bin', () => {
    const { counts, min, max } = binsOf(Float32Array.of(0, 1, 2, 3, 4, NaN, Infinity), 4)
    expect({ counts, min, max }).toEqual({ counts: [1, 1, 1, 2], min: 0, max: 4 })
  })

  it('clamp values outside a given range to the end bins', () => {
    expect(binsOf(Float32Array.of(-9, 0.5, 9), 3, [-1, 1]).counts).toEqual([1, 0, 2])
  })

  it('have a non-zero width for equal values, and are empty for no values', () => {
    expect(binsOf(Float32Array.of(2, 2), 3)).toEqual({ counts: [0, 2, 0], min: 1.5, max: 2.5 })
    expect(binsOf(new Float32Array(), 2).counts).toEqual([0, 0])
  })

  it('are common to several arrays over the range of all, whatever one of them has', () => {
    const all = [Float32Array.of(0, 0), Float32Array.of(-1, 3), Float32Array.of(NaN)]
    const range = rangeOf(all)
    expect(range).toEqual([-1, 3])
    expect(all.map((data) => binsOf(data, 4, range).counts)).toEqual([
      [0, 2, 0, 0],
      [1, 0, 0, 1],
      [0, 0, 0, 0],
    ])
    expect(rangeOf([new Float32Array(), Float32Array.of(Infinity)])).toBeNull()
  })
})

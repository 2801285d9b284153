import { describe, expect, it } from 'vitest'
import { binsOf, statisticsOf } from './statistics'

describe('statistics', () => {
  it('of a few numbers, by hand', () => {
    const { mean, deviation, min, max, norm, zeros } = statisticsOf(Float32Array.of(2, 4, 4, 4, 5, 5, 7, 9))
    expect([mean, deviation, min, max, zeros]).toEqual([5, 2, 2, 9, 0])
    expect(norm).toBeCloseTo(Math.sqrt(232), 12)
  })

  it('count exact zeros', () => {
    expect(statisticsOf(Float32Array.of(0, 0, 1, -1)).zeros).toBe(0.5)
  })

  it('keep a small deviation of large numbers', () => {
    expect(statisticsOf(Float32Array.of(10_000_001, 10_000_003)).deviation).toBe(1)
  })

  it('of nothing are no numbers', () => {
    expect(statisticsOf(new Float32Array()).mean).toBeNaN()
  })
})

describe('bins', () => {
  it('hold every finite value once, the largest in the last', () => {
    const { counts, min, max } = binsOf(Float32Array.of(0, 1, 2, 3, 4, NaN, Infinity), 4)
    expect({ counts, min, max }).toEqual({ counts: [1, 1, 1, 2], min: 0, max: 4 })
  })

  it('put what lies outside a given range into the ends', () => {
    expect(binsOf(Float32Array.of(-9, 0.5, 9), 3, [-1, 1]).counts).toEqual([1, 0, 2])
  })

  it('have a width even when all values are equal, and are empty for none', () => {
    expect(binsOf(Float32Array.of(2, 2), 3)).toEqual({ counts: [0, 2, 0], min: 1.5, max: 2.5 })
    expect(binsOf(new Float32Array(), 2).counts).toEqual([0, 0])
  })
})

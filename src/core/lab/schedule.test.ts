/** The rates of nanoGPT's recipe, by hand, and what every schedule promises. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rateShare, schedule } from './schedule'

describe('a learning-rate schedule', () => {
  it('is constant unless told otherwise', () => {
    const usual = schedule.parse({})
    expect([1, 500, 1000].map((step) => rateShare(usual, step, 1000))).toEqual([1, 1, 1])
  })

  it('rises in a straight line, then follows the cosine down to its floor', () => {
    const recipe = schedule.parse({ kind: 'cosine', warmup: 100, floor: 0.1 })
    const at = (step: number) => rateShare(recipe, step, 2000)
    expect(at(1)).toBeCloseTo(1 / 101, 12)
    expect(at(100)).toBeCloseTo(100 / 101, 12)
    expect(at(101)).toBe(1)
    expect(at(1051)).toBeCloseTo(0.1 + 0.9 / 2, 12) // half way: (1051 − 101) / 1900
    expect(at(2000)).toBeCloseTo(0.1, 5)
  })

  it('falls in a straight line', () => {
    const line = schedule.parse({ kind: 'linear' })
    expect([1, 51, 101].map((step) => rateShare(line, step, 100))).toEqual([1, 0.5, 0])
  })

  it('never leaves 0 to 1, however few steps there are', () => {
    const any = fc.record({
      kind: fc.constantFrom('constant' as const, 'linear' as const, 'cosine' as const),
      warmup: fc.nat(300),
      floor: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(any, fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 200 }), (plan, step, steps) => {
        const share = rateShare(plan, step, steps)
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
      }),
    )
  })
})

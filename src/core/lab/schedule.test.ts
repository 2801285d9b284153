/** The schedules agree with PyTorch's and with nanoGPT's recipe, and have the properties of all schedules. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import reference from './fixtures/schedules.json'
import { applicable, fieldsOf } from '../fields'
import { rateShare, schedule } from './schedule'

describe('a learning-rate schedule', () => {
  it.each(reference.cases)('gives each step the factor of PyTorch: $schedule', ({ schedule: given, shares }) => {
    const plan = schedule.parse(given)
    expect(shares).toHaveLength(reference.steps)
    shares.forEach((share, index) => expect(rateShare(plan, index + 1, reference.steps)).toBeCloseTo(share, 12))
  })

  it('is constant by default', () => {
    const usual = schedule.parse({})
    expect([1, 500, 1000].map((step) => rateShare(usual, step, 1000))).toEqual([1, 1, 1])
  })

  it('has a linear warm-up, then decays by a cosine to its minimum', () => {
    const recipe = schedule.parse({ kind: 'cosine', warmup: 100, floor: 0.1 })
    const at = (step: number) => rateShare(recipe, step, 2000)
    expect(at(1)).toBeCloseTo(1 / 101, 12)
    expect(at(100)).toBeCloseTo(100 / 101, 12)
    expect(at(101)).toBe(1)
    expect(at(1051)).toBeCloseTo(0.1 + 0.9 / 2, 12) // midpoint: (1051 − 101) / 1900
    expect(at(2000)).toBeCloseTo(0.1, 5)
  })

  it('inverse-square-root is the formula of “Attention Is All You Need”, with its peak at the last warm-up step', () => {
    const plan = schedule.parse({ kind: 'inverse-square-root', warmup: 100 })
    const shares = Array.from({ length: 1000 }, (_, index) => rateShare(plan, index + 1, 1000))
    // Equation 3 without the factor of the width, divided by its peak.
    const formula = (step: number) => Math.min(step ** -0.5, step * 100 ** -1.5) / 100 ** -0.5
    shares.forEach((share, index) => expect(share).toBeCloseTo(formula(index + 1), 12))
    expect(shares[99]).toBe(1)
    expect(shares.filter((share) => share >= 1)).toEqual([1])
  })

  it('stays at or above its minimum after the warm-up, which only linear and cosine reach', () => {
    for (const kind of schedule.shape.kind.unwrap().options) {
      const plan = schedule.parse({ kind, warmup: 10, floor: 0.2, every: 100, factor: 0.5 })
      const shares = Array.from({ length: 190 }, (_, index) => rateShare(plan, index + 11, 200))
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.2)
      expect([kind, shares.at(-1)! < 0.21]).toEqual([kind, ['linear', 'cosine'].includes(kind)])
    }
  })

  it('stays between 0 and 1 for any number of steps', () => {
    const any = fc.record({
      kind: fc.constantFrom(...schedule.shape.kind.unwrap().options),
      warmup: fc.nat(300),
      floor: fc.double({ min: 0, max: 1, noNaN: true }),
      every: fc.integer({ min: 1, max: 300 }),
      factor: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(any, fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 200 }), (plan, step, steps) => {
        const share = rateShare(plan, step, steps)
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('shows a setting if and only if it has an effect', () => {
    const base = { every: 4 }
    const other = { warmup: 5, floor: 0.5, every: 3, factor: 0.7 }
    for (const kind of schedule.shape.kind.unwrap().options) {
      for (const [setting, value] of Object.entries(other)) {
        const shares = [base, { ...base, [setting]: value }].map((plan) =>
          [1, 4, 8, 17].map((step) => rateShare(schedule.parse({ kind, ...plan }), step, 20)).join(),
        )
        const asked = applicable(fieldsOf(schedule), { kind }).some(({ name }) => name === setting)
        expect([kind, setting, asked]).toEqual([kind, setting, shares[0] !== shares[1]])
      }
    }
  })
})

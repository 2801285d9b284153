/** The schedules of Bengio et al. 2015, checked against their formulas. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAlwaysTruth, teacherForcing, truthShare } from './teacher-forcing'

const share = (plan: Partial<ReturnType<typeof teacherForcing.parse>>, step: number) =>
  truthShare(teacherForcing.parse(plan), step)

describe('the probability of teacher forcing', () => {
  it('is 1 by default', () => {
    const usual = teacherForcing.parse({})
    expect([1, 700, 1e6].map((step) => truthShare(usual, step))).toEqual([1, 1, 1])
    expect(isAlwaysTruth(usual)).toBe(true)
  })

  it('decays linearly to its end, and stays there', () => {
    const plan = { schedule: 'linear', start: 0.9, end: 0.3, halfway: 50 } as const
    expect(share(plan, 1)).toBeCloseTo(0.9, 12)
    expect(share(plan, 26)).toBeCloseTo(0.75, 12)
    expect(share(plan, 51)).toBeCloseTo(0.6, 12)
    expect(share(plan, 101)).toBeCloseTo(0.3, 12)
    expect(share(plan, 5000)).toBeCloseTo(0.3, 12)
  })

  it('decays as kⁱ', () => {
    const plan = { schedule: 'exponential', halfway: 100 } as const
    const k = 0.5 ** (1 / 100)
    for (const step of [1, 2, 101, 201]) expect(share(plan, step)).toBeCloseTo(k ** (step - 1), 12)
    expect(share(plan, 201)).toBeCloseTo(0.25, 12)
  })

  it('decays as k / (k + e^(i/k)), with its midpoint after k · ln k steps', () => {
    const k = 60
    const halfway = Math.round(k * Math.log(k)) // 246: k is then 60.07
    const plan = { schedule: 'inverse-sigmoid', halfway } as const
    for (const taken of [0, 100, 246, 400]) {
      expect(share(plan, taken + 1)).toBeCloseTo(k / (k + Math.exp(taken / k)), 2)
    }
    expect(share(plan, halfway + 1)).toBeCloseTo(0.5, 12)
    expect(share(plan, 1)).toBeCloseTo(60.07 / 61.07, 4) // slightly below 1
  })

  it('has its midpoint at the same step in every schedule, never rises, and stays between start and end', () => {
    const any = fc.record({
      schedule: fc.constantFrom('linear' as const, 'exponential' as const, 'inverse-sigmoid' as const),
      start: fc.constant(0.8),
      end: fc.constant(0.2),
      halfway: fc.integer({ min: 1, max: 1_000_000 }),
    })
    fc.assert(
      fc.property(any, fc.nat(3_000_000), (plan, taken) => {
        expect(truthShare(plan, plan.halfway + 1)).toBeCloseTo(0.5, 9)
        const [now, next] = [truthShare(plan, taken + 1), truthShare(plan, taken + 2)] as const
        expect(next).toBeLessThanOrEqual(now)
        expect(now).toBeLessThanOrEqual(0.8)
        expect(next).toBeGreaterThanOrEqual(0.2)
      }),
    )
  })

  it('is recognised as constantly 1 only if it is', () => {
    const always = (plan: object) => isAlwaysTruth(teacherForcing.parse(plan))
    expect(always({ schedule: 'constant', start: 0.99 })).toBe(false)
    expect(always({ schedule: 'linear' })).toBe(false)
    expect(always({ schedule: 'linear', start: 1, end: 1 })).toBe(true)
    expect(always({ schedule: 'linear', start: 0, end: 1 })).toBe(false)
  })
})

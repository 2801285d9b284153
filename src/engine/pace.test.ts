/** Views take a small share of the time, and new requests are answered soon. */
import { describe, expect, it } from 'vitest'
import { Budget, StepClock } from './pace'

describe('a budget', () => {
  it('keeps the interval between cheap events, and the share of time between expensive ones', () => {
    const budget = new Budget(100, 20, 3000)
    expect(budget.isDue(0)).toBe(true)
    budget.spend(0, 1)
    expect([100, 101].map((now) => budget.isDue(now))).toEqual([false, true])
    budget.spend(101, 111) // 10 ms at a share of one twentieth: one every 200 ms
    expect([310, 311].map((now) => budget.isDue(now))).toEqual([false, true])
  })

  it('never waits longer than the maximum', () => {
    const budget = new Budget(100, 20, 3000)
    budget.spend(0, 1000)
    expect([3999, 4000].map((now) => budget.isDue(now))).toEqual([false, true])
  })

  it('is due after the interval when there is a new request', () => {
    const budget = new Budget(100, 20, 3000)
    budget.spend(0, 100)
    budget.hurry()
    expect([199, 200].map((now) => budget.isDue(now))).toEqual([false, true])
  })
})

describe('the step clock', () => {
  it('gives the median of step durations', () => {
    const clock = new StepClock()
    ;[5, 5, 90, 6, 4].forEach((duration, i) => clock.add(duration, i * 10))
    expect(clock.median).toBe(5)
  })

  it('adds up the time of all steps, without the time between them', () => {
    const clock = new StepClock()
    for (let step = 0; step < 3000; step++) clock.add(2, step * 100)
    expect(clock.seconds).toBeCloseTo(6, 9)
  })

  it('counts steps of the last second, including pauses', () => {
    const clock = new StepClock()
    for (let step = 0; step < 100; step++) clock.add(1, step * 20)
    expect(clock.perSecond(1980)).toBeCloseTo(50, 0)
    expect(new StepClock().perSecond(5)).toBe(0)
  })
})

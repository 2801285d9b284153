/** Events in series that are made by hand, and in those of schedules. */
import { describe, expect, it, test } from 'vitest'
import { rateShare, schedule } from '../lab/schedule'
import { stream } from '../random/stream'
import { lowestStep, rateChangesOf, spikesOf } from './events'
import type { Points } from './series'

const from = (count: number, value: (step: number) => number): Points => ({
  steps: Int32Array.from({ length: count }, (_, index) => index + 1),
  values: Float32Array.from({ length: count }, (_, index) => value(index + 1)),
})
/** Falls from 3.2 to 0.2, with some noise. */
const random = stream(7, 'noise')
const falling = from(1000, (step) => 0.2 + 3 * Math.exp(-step / 150) + 0.05 * random.float())
const changed = ({ steps, values }: Points, change: Readonly<Record<number, number>>): Points => ({
  steps,
  values: values.map((value, index) => change[steps[index]!] ?? value),
})

describe('a spike of the loss', () => {
  test('is none of a noisy loss that falls', () => expect(spikesOf(falling)).toEqual([]))
  it('is a sudden rise, at its peak', () => {
    const found = spikesOf(changed(falling, { 500: 0.9, 501: 2.5, 502: 1.4, 503: 0.8, 800: 1.1 }))
    expect(found.map(({ step }) => step)).toEqual([501, 800])
    expect(found[0]!.value).toBe(2.5)
    expect(found[0]!.usual).toBeCloseTo(0.2 + 3 * Math.exp(-485 / 150) + 0.025, 1)
  })
  it('is none where the rise is small beside the loss at the beginning', () => {
    expect(spikesOf(changed(falling, { 900: 0.4 }))).toEqual([])
  })
  it('is none of a rise that stays small beside the noise', () => {
    const noisy = from(300, (step) => 1 + Math.sin(step * 1.7))
    expect(spikesOf(noisy)).toEqual([])
  })
  it('passes over values that are not finite, and is none of a few points', () => {
    expect(spikesOf(changed(falling, { 300: NaN, 301: Infinity }))).toEqual([])
    expect(spikesOf(from(5, (step) => step ** 3))).toEqual([])
    expect(spikesOf(from(0, () => 0))).toEqual([])
  })
  it('keeps the exact step of the peak in a long run', () => {
    const long = from(50_000, (step) => (step === 31_234 ? 5 : 0.5 + 0.01 * Math.sin(step)))
    expect(spikesOf(long).map(({ step }) => step)).toEqual([31_234])
  })
})

describe('a change of the learning rate', () => {
  it('is a jump', () => {
    const tuned = from(100, (step) => (step < 40 ? 0.01 : step < 70 ? 0.001 : 0.004))
    expect(rateChangesOf(tuned)).toEqual([
      { step: 40, before: Math.fround(0.01), after: Math.fround(0.001) },
      { step: 70, before: Math.fround(0.001), after: Math.fround(0.004) },
    ])
  })
  it.each(['constant', 'linear', 'cosine', 'inverse-square-root'] as const)('is none of the schedule %s', (kind) => {
    const plan = schedule.parse({ kind, warmup: 20 })
    expect(rateChangesOf(from(400, (step) => 0.01 * rateShare(plan, step, 400)))).toEqual([])
  })
  it('is each fall of a step decay', () => {
    const decay = from(100, (step) => 0.1 * 0.5 ** Math.floor((step - 1) / 30))
    expect(rateChangesOf(decay).map(({ step }) => step)).toEqual([31, 61, 91])
  })
})

test('the lowest evaluation is the first of equal ones', () => {
  expect(lowestStep(from(4, (step) => [3, 1, 1, 2][step - 1]!))).toBe(2)
  expect(lowestStep(from(0, () => 0))).toBeNull()
  expect(lowestStep(from(2, () => NaN))).toBeNull()
})

import { describe, expect, it } from 'vitest'
import { GrowingSeries } from './series'

const part = (first: number, values: number[], evaluations: number[] = []) => ({
  first,
  losses: Float32Array.from(values),
  accuracies: Float32Array.from(values, (value) => value / 10),
  evaluations: evaluations.map((step) => ({ step, loss: step, metrics: { accuracy: 0.5 } })),
})

describe('a growing series', () => {
  it('holds every step in order, through many doublings', () => {
    const series = new GrowingSeries()
    for (let first = 0; first < 5000; first += 10)
      series.write(
        part(
          first,
          Array.from({ length: 10 }, (_, i) => first + i),
        ),
      )
    const { losses, accuracies } = series.view()
    expect(losses).toHaveLength(5000)
    expect([losses[0], losses[1023], losses[1024], losses[4999]]).toEqual([0, 1023, 1024, 4999])
    expect(accuracies[4000]).toBe(400)
  })
  it('goes on from an earlier step when the run does: later steps and evaluations are forgotten', () => {
    const series = new GrowingSeries()
    series.write(part(0, [5, 4, 3, 2], [2, 4]))
    series.write(part(2, [3.5]))
    expect([...series.view().losses]).toEqual([5, 4, 3.5])
    expect(series.view().evaluations.map(({ step }) => step)).toEqual([2])
  })
  it('leaves a gap where steps were never told', () => {
    const series = new GrowingSeries()
    series.write(part(0, [9]))
    series.write(part(3, [7]))
    expect([...series.view().losses]).toEqual([9, NaN, NaN, 7])
    expect([...series.view().accuracies].map(Number.isNaN)).toEqual([false, true, true, false])
  })
  it('takes an evaluation without steps, and replaces one of the same step', () => {
    const series = new GrowingSeries()
    series.write(part(0, [5, 4]))
    series.write(part(2, [], [2]))
    series.write(part(2, [], [2]))
    expect(series.view().losses).toHaveLength(2)
    expect(series.view().evaluations.map(({ step }) => step)).toEqual([2])
  })
  it('changes its version with its content, and never what was viewed before', () => {
    const series = new GrowingSeries()
    series.write(part(0, [1]))
    const before = series.view()
    series.write(part(1, [2], [1]))
    expect(series.view().version).not.toBe(before.version)
    expect([before.losses.length, before.evaluations.length]).toEqual([1, 0])
  })
  it('begins a new epoch only when something told before is no longer so', () => {
    const series = new GrowingSeries()
    const epochAfter = (next: ReturnType<typeof part>) => (series.write(next), series.view().epoch)
    const first = epochAfter(part(0, [5, 4, 3], [2]))
    expect(epochAfter(part(3, [2], [4]))).toBe(first)
    expect(epochAfter(part(9, [1]))).toBe(first) // a gap is no contradiction
    const second = epochAfter(part(2, [7]))
    expect(second).not.toBe(first)
    expect(epochAfter(part(3, [], [2]))).not.toBe(second)
    expect(new GrowingSeries().view().epoch).not.toBe(series.view().epoch)
  })
  it('takes the history of 100,000 steps with 10,000 evaluations at once', () => {
    const series = new GrowingSeries()
    const losses = Float32Array.from({ length: 100_000 }, (_, i) => 1 / (i + 1))
    const evaluations = Array.from({ length: 10_000 }, (_, i) => ({ step: 10 * (i + 1), loss: 1, metrics: {} }))
    series.write({ first: 0, losses, accuracies: losses, evaluations })
    expect(series.view().losses).toEqual(losses)
    expect(series.view().evaluations).toEqual(evaluations)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { envelope, GrowingSeries, RunSeries, thinned, type Points } from './series'
import { metricOf, seriesKind, validationSeries } from './units'

const points = (first: number, ...values: number[]): Points => ({
  steps: Int32Array.from(values, (_, index) => first + index),
  values: Float32Array.from(values),
})
const listed = ({ steps, values }: Points) => Array.from(steps, (step, index) => [step, values[index]])

describe('a growing series', () => {
  it('keeps what it is told, in order', () => {
    const series = new GrowingSeries()
    series.add(points(1, 5, 4))
    series.add(points(3, 3))
    expect(listed(series.points())).toEqual([
      [1, 5],
      [2, 4],
      [3, 3],
    ])
    expect(series.last).toBe(3)
  })

  it('replaces what was known from a step that is told again', () => {
    const series = new GrowingSeries()
    series.add(points(1, 5, 4, 3, 2))
    const { epoch } = series
    series.add(points(3, 30))
    expect(listed(series.points())).toEqual([
      [1, 5],
      [2, 4],
      [3, 30],
    ])
    expect(series.epoch).toBeGreaterThan(epoch)
  })

  it('forgets what came after a step', () => {
    const series = new GrowingSeries()
    series.add(points(1, 5, 4, 3))
    series.cut(1)
    expect(listed(series.points())).toEqual([[1, 5]])
    series.cut(0)
    expect(series.last).toBeUndefined()
  })

  it('leaves a gap where steps were never told', () => {
    const series = new GrowingSeries()
    series.add(points(1, 5))
    series.add(points(4, 2))
    expect(listed(series.points())).toEqual([
      [1, 5],
      [4, 2],
    ])
  })

  it('does not change views it has handed out, whatever is added', () => {
    const series = new GrowingSeries(16)
    for (let step = 1; step <= 16; step++) series.add(points(step, step))
    const before = series.points()
    const copy = listed(before)
    for (let step = 17; step <= 40; step++) series.add(points(step, -step))
    expect(listed(before)).toEqual(copy)
  })

  it('never holds more than its capacity, however much it is told, and keeps the extremes, the first and the last point', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 600 }), (values) => {
        const series = new GrowingSeries(64)
        values.forEach((value, index) => series.add(points(index + 1, value)))
        const { steps, values: kept } = series.points()
        expect(steps.length).toBeLessThanOrEqual(64)
        expect(Math.min(...kept)).toBe(Math.min(...Float32Array.from(values)))
        expect(Math.max(...kept)).toBe(Math.max(...Float32Array.from(values)))
        expect(Array.from(steps)).toEqual(Array.from(steps).toSorted((a, b) => a - b))
        expect(series.last).toBe(Math.fround(values.at(-1)!))
        steps.forEach((step, index) => expect(kept[index]).toBe(Math.fround(values[step - 1]!)))
      }),
      { numRuns: 60 },
    )
  })
})

describe('thinning', () => {
  it('keeps the smallest and the largest of each four, in the order of their steps', () => {
    expect(listed(thinned(points(1, 2, 9, 1, 5, 7, 7, 7, 7, 3), 4))).toEqual([
      [2, 9],
      [3, 1],
      [5, 7],
      [9, 3],
    ])
  })

  it('passes over what is no number, unless there is nothing else', () => {
    expect(listed(thinned(points(1, NaN, 2, NaN, 1), 4))).toEqual([
      [2, 2],
      [4, 1],
    ])
    expect(listed(thinned(points(1, NaN, NaN, NaN, NaN), 4))).toEqual([[1, NaN]])
  })

  it('gives an outline of any curve in a few points', () => {
    const values = Array.from({ length: 10_000 }, (_, index) => (index === 7000 ? 100 : Math.sin(index / 500)))
    const outline = envelope(points(1, ...values), 48)
    expect(outline.steps.length).toBeLessThanOrEqual(48)
    expect(listed(outline)).toContainEqual([7001, 100])
  })
})

describe('the series of a run', () => {
  it('are told apart by name and cut together', () => {
    const series = new RunSeries()
    series.add({ loss: points(1, 3, 2, 1), 'validation/loss': points(2, 2.5) })
    series.cut(1)
    expect(series.names).toEqual(['loss', 'validation/loss'])
    expect(Object.entries(series.snapshot()).map(([name, each]) => [name, listed(each)])).toEqual([
      ['loss', [[1, 3]]],
      ['validation/loss', []],
    ])
  })

  it('have units', () => {
    expect(seriesKind('gradientNorm')).toEqual({ unit: 'norm', every: 'step' })
    expect(seriesKind(validationSeries('accuracy'))).toEqual({ unit: 'share', every: 'evaluation' })
    expect(seriesKind(validationSeries('loss'))).toEqual({ unit: 'nats', every: 'evaluation' })
    expect(metricOf('loss')).toBeNull()
  })
})

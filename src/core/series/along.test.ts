import { describe, expect, it } from 'vitest'
import type { Signature } from '../signature'
import { placeOf, readPerStep, secondsSoFar, timeOf } from './along'
import { RunSeries, type Points } from './series'

const points = (pairs: readonly (readonly [step: number, value: number])[]): Points => ({
  steps: Int32Array.from(pairs, ([step]) => step),
  values: Float32Array.from(pairs, ([, value]) => value),
})
function seriesOf(parts: Readonly<Record<string, Points>>): RunSeries {
  const series = new RunSeries()
  series.add(parts)
  return series
}
const signature: Signature = {
  ...{ length: 12, vocabulary: 5, padded: false, aim: 'tokens', classes: 5, causal: false },
  ...{ source: null, written: null, features: 0, scored: false },
}
const training = { batchSize: 8, accumulate: 4 }

describe('what a step reads', () => {
  it('is every token of every sequence, of the source too', () => {
    expect(readPerStep(training, signature)).toEqual({ sequences: 32, tokens: 384, isPadded: false })
    const source = { length: 20, vocabulary: 9, padded: true }
    expect(readPerStep(training, { ...signature, source })).toEqual({ sequences: 32, tokens: 1024, isPadded: true })
  })
  it('is unknown without the lab or its task', () => {
    expect(readPerStep(null, signature)).toEqual({ sequences: null, tokens: null, isPadded: false })
    expect(readPerStep(training, null)).toEqual({ sequences: 32, tokens: null, isPadded: false })
  })
})

describe('the place of a step', () => {
  const series = seriesOf({ loss: points([[1, 3], [9, 2]]), seconds: points([[1, 0.5], [5, 2.5], [9, 3.5]]) }) // prettier-ignore
  const perStep = readPerStep(training, signature)
  it('is the step itself, the sequences or tokens read, or the seconds so far', () => {
    const places = (['step', 'sequences', 'tokens', 'time'] as const).map((along) => placeOf(along, series, perStep)?.(3))
    expect(places).toEqual([3, 96, 1152, 1.5])
  })
  it('is unknown before the first and after the last step whose time is known, and linear in between', () => {
    expect([0, 1, 2, 5, 8, 9, 10, NaN].map(timeOf(series)!)).toEqual([NaN, 0.5, 1, 2.5, 3.25, 3.5, NaN, NaN])
    expect(timeOf(seriesOf({ seconds: points([[7, 4]]) }))!(7)).toBe(4)
  })
  it('is none where nothing is recorded', () => {
    expect(placeOf('time', seriesOf({ loss: points([[1, 3]]) }), perStep)).toBeNull()
    expect(placeOf('tokens', series, readPerStep(training, null))).toBeNull()
  })
})

it('the time so far is the last one, none before the first step, and unknown where steps have none', () => {
  expect(secondsSoFar(seriesOf({ loss: points([[1, 3], [2, 2]]), seconds: points([[2, 7]]) }))).toBe(7) // prettier-ignore
  expect(secondsSoFar(new RunSeries())).toBe(0)
  expect(secondsSoFar(seriesOf({ loss: points([[1, 3]]) }))).toBeNull()
})

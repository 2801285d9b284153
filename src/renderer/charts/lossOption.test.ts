import { describe, expect, it } from 'vitest'
import { RunSeries, type Points } from '@core/series/series'
import { lossShown, type Quantity } from './lossOption'

const points = (values: ArrayLike<number>, stepOf = (index: number) => index + 1): Points => ({
  steps: Int32Array.from(values, (_, index) => stepOf(index)),
  values: Float32Array.from(values),
})
function seriesOf(parts: Readonly<Record<string, Points>>): RunSeries {
  const series = new RunSeries()
  series.add(parts)
  return series
}
interface Shown {
  readonly xAxis: { readonly max: number }
  readonly series: readonly { readonly id: string; readonly data: Float64Array; readonly showSymbol?: boolean }[]
}
const shown = (parts: Readonly<Record<string, Points>>, right: Quantity = 'accuracy') =>
  lossShown(seriesOf(parts), right) as unknown as Shown
const drawn = ({ series }: Shown, id: string) => [...series.find((each) => each.id === id)!.data]

describe('the training chart', () => {
  it('shows accuracies in percent and gaps for non-finite values', () => {
    const chart = shown({ loss: points([3, NaN, Infinity, 2]), accuracy: points([0.5, 0.25]) })
    expect(drawn(chart, 'loss')).toEqual([1, 3, 2, NaN, 3, NaN, 4, 2])
    expect(drawn(chart, 'accuracy')).toEqual([1, 50, 2, 25])
    expect(chart.xAxis.max).toBe(10) // short runs get a minimum axis length
  })

  it('shows evaluations at their steps, without point markers when there are many', () => {
    const every = (count: number, value: number) => points(new Float32Array(count).fill(value), (index) => 50 * (index + 1))
    const few = shown({ 'validation/loss': every(2, 2), 'validation/accuracy': every(2, 0.25) })
    expect([drawn(few, 'validation/loss'), drawn(few, 'validation/accuracy')]).toEqual([
      [50, 2, 100, 2],
      [50, 25, 100, 25],
    ])
    const symbols = ({ series }: Shown) => series.find(({ id }) => id === 'validation/loss')!.showSymbol
    expect([symbols(few), few.xAxis.max]).toEqual([true, 100])
    const many = shown({ 'validation/loss': every(5000, 2) })
    expect(symbols(many)).toBe(false)
    expect(drawn(many, 'validation/loss').length).toBeLessThanOrEqual(2 * 1200)
  })

  it('is empty where a series is missing', () => {
    expect(shown({ loss: points([1]) }).series.map(({ id, data }) => [id, data.length])).toEqual([
      ['loss', 2],
      ['validation/loss', 0],
      ['accuracy', 0],
      ['validation/accuracy', 0],
    ])
  })

  it.each(['gradientNorm', 'learningRate'] as const)('shows %s beside the loss, unscaled', (right) => {
    const chart = shown({ loss: points([3]), [right]: points([0.25, 4]), accuracy: points([1]) }, right)
    expect(chart.series.map(({ id }) => id)).toEqual(['loss', 'validation/loss', right])
    expect(drawn(chart, right)).toEqual([1, 0.25, 2, 4])
  })

  it('runs along other places, without the points that have none', () => {
    const series = seriesOf({ loss: points([3, 2, 1]) })
    const place = (step: number) => (step === 3 ? NaN : step * 0.25)
    const chart = lossShown(series, 'accuracy', 2, place) as unknown as Shown & { series: { markLine?: unknown }[] }
    expect(drawn(chart, 'loss')).toEqual([0.25, 3, 0.5, 2])
    expect(chart.xAxis.max).toBe(0.5)
    expect(chart.series[0]!.markLine).toEqual({ data: [{ xAxis: 0.5 }] })
  })

  it('keeps a spike of one step in 100,000', () => {
    const losses = Float32Array.from({ length: 100_000 }, (_, i) => 5 / (1 + i / 1000) + ((i * 7919) % 101) / 500)
    losses[70_001] = 40
    const loss = drawn(shown({ loss: points(losses) }), 'loss')
    expect(loss.length).toBeLessThanOrEqual(2 * 1200)
    expect(loss).toContain(40)
    expect(loss[loss.indexOf(40) - 1]).toBe(70_002)
  })
})

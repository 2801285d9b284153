import { describe, expect, it } from 'vitest'
import { LossData, type Curves } from './lossOption'

const curves = (losses: ArrayLike<number>, change: Partial<Curves> = {}): Curves => ({
  losses: Float32Array.from(losses),
  accuracies: new Float32Array(losses.length).fill(0.5),
  evaluations: [],
  epoch: 1,
  ...change,
})
interface Shown {
  readonly xAxis: { readonly max: number }
  readonly series: readonly { readonly data: Float64Array; readonly showSymbol?: boolean }[]
}
const shownBy = (data: LossData, shown: Curves) => data.option(shown) as unknown as Shown

describe('the loss chart', () => {
  it('counts steps from 1, gives accuracies in percent, and leaves a gap where there is no finite number', () => {
    const { series, xAxis } = shownBy(new LossData(), curves([3, NaN, Infinity, 2]))
    expect([...series[0]!.data]).toEqual([1, 3, 2, NaN, 3, NaN, 4, 2])
    expect([...series[2]!.data]).toEqual([1, 50, 2, 50, 3, 50, 4, 50])
    expect(xAxis.max).toBe(10) // so few steps do not fill the width
  })

  it('shows evaluations at their steps, and as a mere line when there are many', () => {
    const evaluation = (step: number) => ({ step, loss: 2, metrics: { accuracy: 0.25 } })
    const few = shownBy(new LossData(), curves([], { evaluations: [evaluation(50), evaluation(100)] }))
    expect([...few.series[1]!.data, ...few.series[3]!.data]).toEqual([50, 2, 100, 2, 50, 25, 100, 25])
    expect([few.series[1]!.showSymbol, few.xAxis.max]).toEqual([true, 100])
    const evaluations = Array.from({ length: 5000 }, (_, i) => evaluation(i + 1))
    const many = shownBy(new LossData(), curves([], { evaluations })).series[1]!
    expect(many.showSymbol).toBe(false)
    expect(many.data.length).toBeLessThanOrEqual(2 * 1200)
  })

  it('leaves out a metric the task does not have', () => {
    const evaluations = [{ step: 5, loss: 2, metrics: {} }]
    expect([...shownBy(new LossData(), curves([1], { evaluations })).series[3]!.data]).toEqual([5, NaN])
  })

  it('shows the same whether it has seen the curve grow or sees it for the first time', () => {
    const losses = Float32Array.from({ length: 100_000 }, (_, i) => 5 / (1 + i / 1000) + ((i * 7919) % 101) / 500)
    losses[70_001] = 40
    const growing = new LossData()
    for (let end = 0; end < losses.length; end += 33) growing.option(curves(losses.subarray(0, end)))
    const grown = shownBy(growing, curves(losses))
    expect(grown).toEqual(shownBy(new LossData(), curves(losses)))
    expect([...grown.series[0]!.data]).toContain(40)
  })

  it('forgets what it has seen when the run goes on from an earlier step', () => {
    const data = new LossData()
    data.option(curves([5, 4, 3, 2]))
    expect([...shownBy(data, curves([5, 9, 8], { epoch: 2 })).series[0]!.data]).toEqual([1, 5, 2, 9, 3, 8])
  })
})

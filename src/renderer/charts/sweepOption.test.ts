import { expect, test } from 'vitest'
import type { MeasuredPoint } from '@core/sweeps/pooled'
import { sweepOption, type SweepData, type SweepPlot } from './sweepOption'
import type { Theme } from './theme'

const theme = { colours: {}, sans: 'sans-serif', mono: 'monospace', isDark: true } as unknown as Theme
const point = (id: string, rate: number, heads: number, mask: string, ...numbers: number[]): MeasuredPoint => ({
  ...{ id, values: [rate, heads, mask], numbers },
})
const data: SweepData = {
  settings: [
    { name: 'Learning rate', text: String },
    { name: 'Heads', text: String },
    { name: '<b>Mask</b>', text: (value) => `<${String(value)}>` },
  ],
  points: [
    point('point-1', 0.001, 1, 'none', 0.5, 0.7),
    point('point-2', 0.1, 1, 'none', 0.9, 0.9),
    point('point-3', 0.001, 4, 'none', 0.8, NaN),
    point('point-4', 0.001, 4, 'causal', 0.2, 0.2),
  ],
  measure: { name: 'accuracy', format: 'share' },
}
interface Series {
  readonly id?: string
  readonly name?: string
  readonly data: readonly (readonly number[])[]
}
const option = (plot: SweepPlot) => sweepOption(plot, data, theme) as unknown as { series: readonly Series[]; xAxis: { type: string; data?: string[] }; parallelAxis: readonly object[]; tooltip: { formatter: (at: object) => string } } // prettier-ignore

test('lines go through the means of the pooled seeds, one for each value of the other setting', () => {
  const { series, xAxis } = option({ kind: 'lines', x: 0, by: 1 })
  expect(xAxis.type).toBe('log')
  const lines = series.filter(({ name }) => name)
  expect(lines.map(({ name }) => name)).toEqual(['Heads = 1', 'Heads = 4'])
  expect(lines.map(({ data: line }) => line.map((at) => at.map((value) => Number(value.toFixed(6)))))).toEqual([
    [[0.001, 60], [0.1, 90]],
    [[0.001, 40]], // 0.8, 0.2 and 0.2; what was not measured does not count
  ]) // prettier-ignore
})

test('choices are places on an axis', () => {
  const { series, xAxis } = option({ kind: 'lines', x: 2, by: -1 })
  expect(xAxis).toMatchObject({ type: 'category', data: ['<none>', '<causal>'] })
  expect(series[0]!.data.map(([place]) => place)).toEqual([0, 1])
})

test('a heat map has a cell for each pair that was measured', () => {
  const { series } = option({ kind: 'heat', x: 0, y: 1 })
  expect(series[0]!.data.map(([column, row, mean]) => [column, row, Number(mean!.toFixed(6))])).toEqual([
    [0, 0, 0.6],
    [1, 0, 0.9],
    [0, 1, 0.4],
  ])
})

test('parallel coordinates have an axis for each setting and one for the measure', () => {
  const { series, parallelAxis } = option({ kind: 'parallel' })
  expect(parallelAxis).toHaveLength(4)
  expect(series[0]!.data).toHaveLength(4)
})

test('names in tooltips are text', () => {
  const { tooltip } = option({ kind: 'heat', x: 2, y: 1 })
  expect(tooltip.formatter({ value: [0, 0, 0.5] })).toBe(
    '&lt;b&gt;Mask&lt;/b&gt; = &lt;none&gt;<br>Heads = 1<br>accuracy: 50.0 %',
  )
})

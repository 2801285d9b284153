import { expect, it } from 'vitest'
import { edgeOf, histogramOption } from './histogramOption'
import { binsOf } from './statistics'
import type { Theme } from './theme'

const theme = { colours: {}, sans: 'sans-serif', mono: 'monospace' } as unknown as Theme
const named = (letter: string, index: number, values: readonly number[]) => ({
  ...{ id: letter, letter, name: `Run ${letter}`, index, bins: binsOf(Float32Array.from(values), 4, [0, 2]) },
})

it('outlines have shares of all values over the same edges, whatever their number', () => {
  const all = [named('A', 0, [0, 0.6, 0.7, 2]), named('B', 4, [1, 1.2])]
  const { series, xAxis } = histogramOption(all, { value: 'w', share: 'share' }, theme) as {
    readonly series: readonly {
      readonly name: string
      readonly data: readonly number[][]
      readonly lineStyle: { type: string }
    }[]
    readonly xAxis: { readonly min: number; readonly max: number }
  }
  expect([xAxis.min, xAxis.max]).toEqual([0, 2])
  expect(series[0]!.data).toEqual([[0, 25], [0.5, 50], [1, 0], [1.5, 25], [2, 0]]) // prettier-ignore
  expect(series[1]!.data).toEqual([[0, 0], [0.5, 0], [1, 100], [1.5, 0], [2, 0]]) // prettier-ignore
  // The fifth run has the first colour again, with another dash.
  expect(series.map(({ name, lineStyle }) => [name, lineStyle.type])).toEqual([
    ['A · Run A', 'solid'],
    ['B · Run B', 'dashed'],
  ])
  expect(edgeOf(all[0]!.bins, 3)).toBe(1.5)
})

it('there may be none', () => {
  expect(histogramOption([], { value: 'w', share: 'share' }, theme)).toMatchObject({ series: [] })
})

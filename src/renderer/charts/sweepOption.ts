/** ECharts options of a sweep: one measure over the values of its settings, as lines, as a heat map, or with an axis for each setting. */
import type { EChartsCoreOption } from 'echarts/core'
import { confidenceInterval } from '@core/experiments/interval'
import type { Format } from '@core/experiments/measures'
import { summarise } from '@core/experiments/verdict'
import { written } from '@core/experiments/written'
import { isNumeric, pooled, valuesOf, type MeasuredPoint } from '@core/sweeps/pooled'
import type { SettingValue } from '@core/sweeps/sweep'
import { escaped } from '@core/markup'
import { cividisColours } from './colourMaps'
import { axisLook, labelLook, tooltipLook } from './looks'
import type { Theme } from './theme'

export interface SweepSetting {
  readonly name: string
  readonly text: (value: SettingValue) => string
}

export interface SweepData {
  readonly settings: readonly SweepSetting[]
  readonly points: readonly MeasuredPoint[]
  readonly measure: { readonly name: string; readonly format: Format }
}

/** Indices of settings; a negative `by` or `y` is none. */
export type SweepPlot =
  | { readonly kind: 'lines'; readonly x: number; readonly by: number }
  | { readonly kind: 'heat'; readonly x: number; readonly y: number }
  | { readonly kind: 'parallel' }

export function sweepOption(plot: SweepPlot, data: SweepData, theme: Theme): EChartsCoreOption {
  const shared = { animation: false, textStyle: { fontFamily: theme.sans } }
  if (plot.kind === 'lines') return { ...shared, ...lines(plot, data, theme) }
  return { ...shared, ...(plot.kind === 'heat' ? heat(plot, data, theme) : parallel(data, theme)) }
}

/** As shown: shares in percent. */
const isShare = ({ measure }: SweepData): boolean => measure.format === 'share'
const shown = (data: SweepData, value: number): number => (isShare(data) ? 100 * value : value)
const label = ({ measure }: SweepData, value: number): string => written({ mean: value, deviation: 0 }, measure.format)
const named = ({ measure: { name, format } }: SweepData): string => (format === 'share' ? `${name} (%)` : name)
/** Without what could not be measured. */
const meanOf = (numbers: readonly number[]): number => summarise(numbers.filter((number) => !Number.isNaN(number))).mean

/** Logarithmic where values are positive and span more than a factor of 20. */
function isWide(values: readonly SettingValue[]): boolean {
  const numbers = values.map(Number)
  return numbers.every((number) => number > 0) && Math.max(...numbers) > 20 * Math.min(...numbers)
}

function axisOf(values: readonly SettingValue[], { name, text }: SweepSetting, theme: Theme) {
  const look = { ...axisLook(theme), name, nameGap: 24 }
  if (!isNumeric(values)) return { ...look, type: 'category', data: values.map(text), boundaryGap: true }
  return { ...look, type: isWide(values) ? 'log' : 'value', min: 'dataMin', max: 'dataMax', splitLine: { show: false } }
}
const placeOf = (values: readonly SettingValue[], value: SettingValue): number =>
  isNumeric(values) ? Number(value) : values.indexOf(value)

/** Colours and dashes that tell lines apart for all kinds of colour vision. */
const dashes = ['solid', 'dashed', 'dotted'] as const
const palette = ({ colours }: Theme): string[] => [colours.accent, colours.attention, colours.norm, colours.input]

function lines({ x, by }: SweepPlot & { kind: 'lines' }, data: SweepData, theme: Theme): EChartsCoreOption {
  const { settings, points } = data
  const values = valuesOf(points, x)
  const groups: readonly SettingValue[] = by < 0 ? [''] : valuesOf(points, by)
  const pools = pooled(points, by < 0 ? [x] : [x, by])
  const colours = palette(theme)
  const nameOf = (group: SettingValue): string =>
    by < 0 ? named(data) : `${settings[by]!.name} = ${settings[by]!.text(group)}`
  const series = groups.flatMap((group, index) => {
    const own = pools.filter((pool) => by < 0 || pool.values[1] === group)
    const found = own.map(({ values: [value], numbers }) => ({ at: placeOf(values, value!), numbers }))
    const sorted = found.toSorted((a, b) => a.at - b.at)
    const colour = colours[index % colours.length]!
    const type = dashes[Math.floor(index / colours.length) % dashes.length]!
    return [
      {
        ...{ type: 'line', id: `${index}`, name: nameOf(group), symbol: 'circle', symbolSize: 7 },
        lineStyle: { color: colour, width: 2, type },
        itemStyle: { color: colour },
        data: sorted.map(({ at, numbers }) => [at, shown(data, meanOf(numbers))]),
      },
      {
        ...{ type: 'scatter', id: `${index}/seeds`, silent: true, symbolSize: 4, itemStyle: { color: colour, opacity: 0.5 } },
        data: sorted.flatMap(({ at, numbers }) => numbers.map((number) => [at, shown(data, number)])),
      },
      intervals(`${index}/interval`, colour, sorted, data),
    ]
  })
  const legend = by >= 0
  return {
    grid: { left: 24, right: 20, top: legend ? 36 : 14, bottom: 34, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    ...(legend && {
      legend: {
        ...{ type: 'scroll', top: 0, left: 0, right: 0, itemWidth: 18, itemHeight: 8, data: groups.map(nameOf) },
        ...{ textStyle: { color: theme.colours['ink-2'], fontSize: 11 }, pageIconColor: theme.colours['ink-2'] },
        pageTextStyle: { color: theme.colours['ink-2'] },
      },
    }),
    tooltip: {
      ...tooltipLook(theme),
      trigger: 'item',
      formatter: ({ seriesName, value }: { seriesName: string; value: readonly number[] }) => {
        const place = isNumeric(values) ? value[0]! : values[value[0]!]!
        const number = (value[1] ?? NaN) / (data.measure.format === 'share' ? 100 : 1)
        return `${escaped(settings[x]!.name)} = ${escaped(settings[x]!.text(place))}<br>${escaped(seriesName)}: ${label(data, number)}`
      },
    },
    xAxis: axisOf(values, settings[x]!, theme),
    yAxis: {
      ...axisLook(theme),
      type: 'value',
      ...(isShare(data) ? { min: 0, max: 100, interval: 25 } : { scale: true }),
      name: named(data),
      nameGap: 36,
      splitNumber: 4,
    },
    series,
  }
}

function intervals(
  id: string,
  colour: string,
  means: readonly { readonly at: number; readonly numbers: readonly number[] }[],
  data: SweepData,
) {
  const ends = means.flatMap(({ at, numbers }) => {
    const found = confidenceInterval(numbers)
    const within = (end: number): number => shown(data, isShare(data) ? Math.min(1, Math.max(0, end)) : end)
    return found ? [[at, within(found.low), within(found.high)]] : []
  })
  return {
    ...{ type: 'custom', id, silent: true, z: 3, data: ends, encode: { x: 0, y: [1, 2] } },
    renderItem(_: unknown, api: { value: (at: number) => number; coord: (point: number[]) => number[] }) {
      const [low, high] = [1, 2].map((end) => api.coord([api.value(0), api.value(end)]))
      const [[x1 = 0, y1 = 0] = [], [x2 = 0, y2 = 0] = []] = [low, high]
      return { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: colour, lineWidth: 2, opacity: 0.55 } }
    },
  }
}

function heat({ x, y }: SweepPlot & { kind: 'heat' }, data: SweepData, theme: Theme): EChartsCoreOption {
  const { settings, points } = data
  const [columns, rows] = [valuesOf(points, x), valuesOf(points, y)]
  const cells = pooled(points, [x, y]).map(({ values: [column, row], numbers }) => ({
    at: [columns.indexOf(column!), rows.indexOf(row!)],
    mean: meanOf(numbers),
  }))
  const means = cells.map(({ mean }) => mean).filter(Number.isFinite)
  const category = (values: readonly SettingValue[], { name, text }: SweepSetting, nameGap: number) => ({
    ...axisLook(theme),
    ...{ type: 'category', data: values.map(text), name, nameGap, splitArea: { show: false }, splitLine: { show: false } },
  })
  return {
    grid: { left: 24, right: 20, top: 10, bottom: 74, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      ...tooltipLook(theme),
      formatter: ({ value: [column, row, mean] }: { value: readonly [number, number, number] }) =>
        [
          `${escaped(settings[x]!.name)} = ${escaped(settings[x]!.text(columns[column]!))}`,
          `${escaped(settings[y]!.name)} = ${escaped(settings[y]!.text(rows[row]!))}`,
          `${escaped(data.measure.name)}: ${label(data, mean)}`,
        ].join('<br>'),
    },
    xAxis: category(columns, settings[x]!, 24),
    yAxis: category(rows, settings[y]!, 52),
    visualMap: {
      ...{ min: Math.min(...means), max: Math.max(...means), dimension: 2, calculable: false, orient: 'horizontal' },
      ...{ left: 'center', bottom: 0, itemWidth: 10, itemHeight: 160, inRange: { color: cividisColours } },
      textStyle: labelLook(theme),
      text: [Math.max(...means), Math.min(...means)].map((end) => label(data, end)),
    },
    series: [
      {
        type: 'heatmap',
        data: cells.map(({ at, mean }) => [...at, mean]),
        label: {
          ...{ show: cells.length <= 100, fontSize: 10, fontFamily: theme.mono },
          ...{ textBorderColor: '#000c', textBorderWidth: 2, color: '#fff' },
          formatter: ({ value: [, , mean] }: { value: readonly [number, number, number] }) => label(data, mean),
        },
        itemStyle: { borderColor: theme.colours.bg, borderWidth: 1 },
        emphasis: { itemStyle: { borderColor: theme.colours.ink, borderWidth: 2 } },
      },
    ],
  }
}

function parallel(data: SweepData, theme: Theme): EChartsCoreOption {
  const { settings, points } = data
  const all = settings.map((_, index) => valuesOf(points, index))
  const means = points.map(({ numbers }) => shown(data, meanOf(numbers)))
  const finite = means.filter(Number.isFinite)
  const look = {
    nameTextStyle: { color: theme.colours['ink-2'], fontSize: 11 },
    axisLabel: { ...labelLook(theme), backgroundColor: theme.colours.panel, padding: [1, 3] },
    axisLine: { lineStyle: { color: theme.colours['line-strong'] } },
    axisTick: { show: false },
  }
  return {
    parallel: { left: 44, right: 64, top: 36, bottom: 20 },
    tooltip: { ...tooltipLook(theme) },
    parallelAxis: [
      ...settings.map(({ name, text }, dim) => {
        const values = all[dim]!
        if (!isNumeric(values)) return { ...look, dim, name, type: 'category', data: values.map(text) }
        return { ...look, dim, name, type: isWide(values) ? 'log' : 'value', min: 'dataMin', max: 'dataMax' }
      }),
      { ...look, dim: settings.length, name: named(data), type: 'value', scale: true },
    ],
    visualMap: {
      ...{ show: false, dimension: settings.length, min: Math.min(...finite), max: Math.max(...finite) },
      // Without the end of the scale that the background has.
      inRange: { color: theme.isDark ? cividisColours.slice(3) : cividisColours.slice(0, -2) },
    },
    series: [
      {
        type: 'parallel',
        lineStyle: { width: 2, opacity: 0.8 },
        data: points.map(({ id, values }, index) => ({
          name: id,
          value: [
            ...values.map((value, setting) => (isNumeric(all[setting]!) ? value : settings[setting]!.text(value))),
            means[index],
          ],
        })),
        tooltip: {
          formatter: ({ dataIndex }: { dataIndex: number }) =>
            [
              ...settings.map(
                ({ name, text }, index) => `${escaped(name)} = ${escaped(text(points[dataIndex]!.values[index]!))}`,
              ),
              `${escaped(data.measure.name)}: ${label(data, meanOf(points[dataIndex]!.numbers))}`,
            ].join('<br>'),
        },
      },
    ],
  }
}

/** ECharts options of the plots of experiments: every seed a dot, the mean with its 95 % interval. */
import type { EChartsCoreOption } from 'echarts/core'
import { confidenceInterval } from '@core/experiments/interval'
import { measures, type MeasureName } from '@core/experiments/measures'
import type { AxisName, Plot } from '@core/experiments/types'
import { summarise, type Measurements } from '@core/experiments/verdict'
import { columnsOf, written } from '@core/experiments/written'
import { escaped } from '@core/markup'
import { axisLook, tooltipLook } from './looks'
import type { Theme } from './theme'

export interface PlotNames {
  readonly measure: (name: MeasureName) => string
  readonly variation: (id: string) => string
  readonly line: (id: string) => string
  readonly axis: (name: AxisName) => string
  /** For a number of steps that was never reached. */
  readonly never: string
}

/** Without `sizes`, which are rectangles and no chart. */
export type Charted = Exclude<Plot, { kind: 'sizes' }>

/** CSS pixels that a plot needs to be legible. */
export function heightOf(plot: Charted, measurements: Measurements): number {
  if (plot.kind === 'dots') return 58 + 26 * (plot.of ?? Object.keys(measurements)).length
  return plot.kind === 'lines' ? 220 : 230
}

export function experimentOption(plot: Charted, measurements: Measurements, names: PlotNames, theme: Theme): EChartsCoreOption {
  const shared = { animation: false, textStyle: { fontFamily: theme.sans }, color: coloursOf(theme) }
  if (plot.kind === 'dots') return { ...shared, ...dots(plot, measurements, names, theme) }
  return { ...shared, ...(plot.kind === 'lines' ? lines : curves)(plot as never, measurements, names, theme) }
}

/** Blue, orange, green and violet tell apart for all kinds of colour vision; more lines repeat them with other dashes. */
const coloursOf = ({ colours }: Theme): string[] => [colours.accent, colours.attention, colours.norm, colours.input]
const dashes = ['solid', 'dashed', 'dotted'] as const

const isShare = (measure: MeasureName): boolean => measures[measure] === 'share'
/** As shown: shares in percent. */
const shown = (measure: MeasureName, value: number): number => (isShare(measure) ? 100 * value : value)
const label = (measure: MeasureName, value: number): string =>
  written({ mean: isShare(measure) ? value / 100 : value, deviation: 0 }, measures[measure])
const unit = (measure: MeasureName, names: PlotNames): string => `${names.measure(measure)}${isShare(measure) ? ' (%)' : ''}`

/** The numbers of one variation, one for each seed. */
const seedsOf = (measurements: Measurements, of: string, measure: MeasureName): readonly number[] =>
  (columnsOf(measurements[of] ?? [], measure)[0] ?? []).map((value) => shown(measure, value))

/** A bar from the low to the high end of the interval, drawn beside a scatter of the seeds. */
function interval(colour: string, id: string, data: readonly (readonly number[])[], vertical: boolean) {
  return {
    type: 'custom',
    id: `${id}/interval`,
    silent: true,
    z: 3,
    data,
    encode: vertical ? { x: 0, y: [1, 2] } : { x: [1, 2], y: 0 },
    renderItem(_: unknown, api: { value: (at: number) => number; coord: (point: number[]) => number[] }) {
      const [place, low, high] = [api.value(0), api.value(1), api.value(2)]
      const ends = [low, high].map((end) => api.coord(vertical ? [place, end] : [end, place]))
      const [[x1 = 0, y1 = 0] = [], [x2 = 0, y2 = 0] = []] = ends
      return { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: colour, lineWidth: 2, opacity: 0.55 } }
    },
  }
}

function dots(
  { measure, of }: Charted & { kind: 'dots' },
  measurements: Measurements,
  names: PlotNames,
  theme: Theme,
): EChartsCoreOption {
  const rows = of ?? Object.keys(measurements)
  const { colours } = theme
  const seeds = rows.map((row) => seedsOf(measurements, row, measure))
  const finite = (row: number): number[] => (seeds[row] ?? []).filter(Number.isFinite)
  // Beside the right edge: how many seeds never got there.
  const never = rows.map((_, row) => (seeds[row] ?? []).length - finite(row).length)
  const means = rows.flatMap((_, row) => (finite(row).length > 0 ? [[summarise(finite(row)).mean, row]] : []))
  return {
    grid: {
      left: 8,
      right: never.some((count) => count > 0) ? 74 : 16,
      top: 8,
      bottom: 28,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    tooltip: {
      ...tooltipLook(theme),
      trigger: 'item',
      formatter: ({ value }: { value: number[] }) => label(measure, value[0] ?? NaN),
    },
    xAxis: {
      ...axisLook(theme),
      type: 'value',
      scale: true,
      // Alone, a value of 100 % would stand in the middle of an axis that goes beyond.
      ...(isShare(measure) && { max: ({ max }: { max: number }) => (max > 95 ? 100 : null) }),
      name: unit(measure, names),
      nameGap: 24,
      splitNumber: 4,
      axisLabel: { ...axisLook(theme).axisLabel, formatter: short },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(names.variation),
      ...axisLook(theme),
      axisLabel: { color: colours.ink, fontSize: 11, width: 150, overflow: 'break' },
    },
    series: [
      {
        type: 'scatter',
        id: 'seeds',
        symbolSize: 7,
        itemStyle: { color: colours.accent, opacity: 0.6 },
        data: rows.flatMap((_, row) => finite(row).map((value) => [value, row])),
      },
      interval(
        colours.attention,
        'mean',
        rows.flatMap((_, row) => {
          const found = confidenceInterval(seeds[row] ?? [])
          return found ? [[row, found.low, found.high]] : []
        }),
        false,
      ),
      {
        type: 'scatter',
        id: 'mean',
        symbol: 'rect',
        symbolSize: [3, 14],
        z: 4,
        itemStyle: { color: colours.attention },
        data: means,
      },
      {
        type: 'scatter',
        id: 'never',
        symbolSize: 0,
        silent: true,
        data: never.flatMap((count, row) =>
          count > 0 ? [{ value: [farthest(seeds), row], name: `${names.never} × ${count}` }] : [],
        ),
        label: { show: true, position: 'right', distance: 10, formatter: '{b}', color: colours.bad, fontSize: 10 },
      },
    ],
  }
}

/** The largest finite number; 1 where there is none. */
const farthest = (seeds: readonly (readonly number[])[]): number => {
  const finite = seeds.flat().filter(Number.isFinite)
  return finite.length > 0 ? finite.reduce((a, b) => Math.max(a, b)) : 1
}

function lines(
  { measure, x, lines: groups, logX = false, logY = false }: Charted & { kind: 'lines' },
  measurements: Measurements,
  names: PlotNames,
  theme: Theme,
): EChartsCoreOption {
  const palette = coloursOf(theme)
  const series = Object.entries(groups).flatMap(([group, of], index) => {
    const colour = palette[index % palette.length]!
    const seeds = of.map((variation) => seedsOf(measurements, variation, measure).filter(Number.isFinite))
    return [
      {
        type: 'line',
        id: group,
        name: names.line(group),
        symbol: 'circle',
        symbolSize: 6,
        lineStyle: { color: colour, width: 2 },
        itemStyle: { color: colour },
        data: seeds.map((each, i) => [x.values[i], each.length > 0 ? summarise(each).mean : NaN]),
        endLabel: { show: true, formatter: '{a}', color: colour, fontSize: 11, distance: 6 },
        labelLayout: { moveOverlap: 'shiftY' },
      },
      {
        type: 'scatter',
        id: `${group}/seeds`,
        symbolSize: 5,
        silent: true,
        itemStyle: { color: colour, opacity: 0.5 },
        data: seeds.flatMap((each, i) => each.map((value) => [x.values[i], value])),
      },
      interval(
        colour,
        group,
        seeds.flatMap((each, i) => {
          const found = confidenceInterval(each)
          const low = logY && found ? Math.max(found.low, smallestPositive(seeds)) : found?.low
          return found ? [[x.values[i]!, low!, found.high]] : []
        }),
        true,
      ),
    ]
  })
  const isHigh = Object.values(groups)
    .flat()
    .every((variation) => seedsOf(measurements, variation, measure).every((value) => value > 80))
  const longest = Object.keys(groups).reduce((most, group) => Math.max(most, textWidth(names.line(group))), 0)
  return {
    grid: { left: 20, right: 12 + longest, top: 12, bottom: 30, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      ...tooltipLook(theme),
      trigger: 'item',
      formatter: ({ value }: { value: number[] }) => label(measure, value[1] ?? NaN),
    },
    xAxis: {
      ...axisLook(theme),
      type: logX ? 'log' : 'value',
      ...(logX && { logBase: 2 }),
      name: names.axis(x.name),
      nameGap: 22,
      min: Math.min(...x.values),
      max: Math.max(...x.values),
      splitLine: { show: false },
      ...(!logX && { interval: undefined }),
    },
    yAxis: {
      ...axisLook(theme),
      type: logY ? 'log' : 'value',
      name: unit(measure, names),
      nameGap: 38,
      splitNumber: 4,
      ...(!logY && isShare(measure) && (isHigh ? { scale: true } : { min: 0, max: 100 })),
      axisLabel: { ...axisLook(theme).axisLabel, formatter: (value: number) => short(value) },
    },
    series,
  }
}

/** Labels of axes: 4,096 as 4,096, 0.00001 as 1e-5. */
const short = (value: number): string =>
  value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 1e6)
    ? value.toExponential(0)
    : String(Number(value.toPrecision(6)))

/** CSS pixels of a text of 11 px: Chinese characters are square. */
const textWidth = (text: string): number =>
  Array.from(text).reduce((sum, sign) => sum + (sign.charCodeAt(0) > 0x2e7f ? 11 : 6.2), 8)

const smallestPositive = (seeds: readonly (readonly number[])[]): number => {
  const positive = seeds.flat().filter((value) => value > 0)
  return positive.length > 0 ? positive.reduce((a, b) => Math.min(a, b)) : 1
}

function curves(
  { measure, along, of, logY = false }: Charted & { kind: 'curves' },
  measurements: Measurements,
  names: PlotNames,
  theme: Theme,
): EChartsCoreOption {
  const palette = coloursOf(theme)
  const ids = of ?? Object.keys(measurements)
  const isProgress = along === 'progress'
  const columns = new Map(ids.map((id) => [id, columnsOf(measurements[id] ?? [], measure)]))
  const place = (index: number, count: number): number =>
    isProgress ? (100 * index) / Math.max(1, count - 1) : along === 'threshold' ? (index + 1) / 10 : index + 1
  const series = ids.flatMap((id, index) => {
    const points = columns.get(id) ?? []
    const colour = palette[index % palette.length]!
    const style = { color: colour, type: dashes[Math.floor(index / palette.length) % dashes.length] }
    const each = (value: number): number => (logY && value <= 0 ? NaN : shown(measure, value))
    const seeds = points[0]?.length ?? 0
    return [
      {
        type: 'line',
        id,
        name: names.variation(id),
        symbol: isProgress ? 'none' : 'circle',
        symbolSize: 6,
        lineStyle: { ...style, width: 2 },
        itemStyle: { color: colour },
        data: points.map((values, i) => [place(i, points.length), each(summarise(values).mean)]),
      },
      ...Array.from({ length: seeds }, (_, seed) => ({
        type: 'line',
        id: `${id}/${seed}`,
        symbol: 'none',
        silent: true,
        lineStyle: { ...style, width: 1, opacity: 0.25 },
        data: points.map((values, i) => [place(i, points.length), each(values[seed] ?? NaN)]),
      })),
    ]
  })
  return {
    grid: {
      left: 20,
      right: 12,
      top: 12 + 18 * legendRows(ids.map(names.variation)),
      bottom: 30,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    legend: {
      top: 0,
      left: 0,
      itemWidth: 16,
      itemHeight: 8,
      itemGap: 12,
      data: ids.map((id) => names.variation(id)),
      textStyle: { color: theme.colours['ink-2'], fontSize: 11, fontFamily: theme.sans },
    },
    tooltip: {
      ...tooltipLook(theme),
      trigger: 'item',
      formatter: ({ value, seriesName }: { value: number[]; seriesName: string }) =>
        `${escaped(seriesName)}: ${label(measure, value[1] ?? NaN)}`,
    },
    xAxis: {
      ...axisLook(theme),
      type: 'value',
      name: `${names.axis(along)}${isProgress ? ' (%)' : ''}`,
      nameGap: 22,
      splitLine: { show: false },
      ...(isProgress
        ? { min: 0, max: 100 }
        : { min: 'dataMin', max: 'dataMax', ...(along !== 'threshold' && { minInterval: 1 }) }),
    },
    yAxis: {
      ...axisLook(theme),
      type: logY ? 'log' : 'value',
      scale: logY,
      ...((measure === 'accuracyCurve' || measure === 'thresholdCurve') && { min: 0, max: 100 }),
      name: unit(measure, names),
      nameGap: 38,
      splitNumber: 4,
      axisLabel: { ...axisLook(theme).axisLabel, formatter: (value: number) => short(value) },
    },
    series,
  }
}

/** Lines that a legend of these names takes in a plot of about 400 px. */
const legendRows = (names: readonly string[]): number =>
  Math.max(1, Math.ceil(names.reduce((sum, name) => sum + textWidth(name) + 28, 0) / 380))

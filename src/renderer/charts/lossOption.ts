/**
 * ECharts options of the training chart: loss on the left axis, one other quantity on the right, steps or time along the bottom. The look is set
 * once; the data is updated as it arrives.
 */
import type { EChartsCoreOption } from 'echarts/core'
import type { Place } from '@core/series/along'
import { validationSeries, type StepSeries } from '@core/series/units'
import { envelope, noPoints, type GrowingSeries, type RunSeries } from '@core/series/series'
import { formatFixed, formatNumber } from './format'
import { axisTooltipLook } from './looks'
import type { Theme } from './theme'

/** Quantities for the right axis. */
export const quantities = ['accuracy', 'gradientNorm', 'learningRate'] as const satisfies readonly StepSeries[]
export type Quantity = (typeof quantities)[number]

export interface CurveNames {
  /** Of the horizontal axis, and whether it is written below it, as steps need not be. */
  readonly along: string
  readonly isNamed: boolean
  readonly formatPlace: (place: number) => string
  readonly loss: string
  readonly validationLoss: string
  readonly validationAccuracy: string
  /** Name of the quantity on the right axis. */
  readonly right: string
}

/** Maximum number of points per curve; charts are rarely wider. */
const POINTS = 1200
/** With more evaluations than this, no point markers are drawn. */
const CIRCLES = 100

/** Factor between stored and displayed values: accuracies are shown in percent. */
const scaleOf = (quantity: string): number => (quantity === 'accuracy' ? 100 : 1)

/** Only loss and accuracy are measured on the validation set. */
const hasValidation = (quantity: string): boolean => quantity === 'loss' || quantity === 'accuracy'

export const byStep: Place = (step) => step

/** The data of the chart, with a line at a step of the past. */
export function lossShown(
  series: RunSeries,
  right: Quantity,
  at: number | null = null,
  place: Place = byStep,
): EChartsCoreOption {
  const lines = ['loss', right].flatMap((quantity) => {
    const curve = (name: string) => ({ id: name, data: pointsOf(series.get(name), scaleOf(quantity), place) })
    if (!hasValidation(quantity)) return [curve(quantity)]
    const evaluated = curve(validationSeries(quantity))
    return [curve(quantity), { ...evaluated, showSymbol: evaluated.data.length <= 2 * CIRCLES }]
  })
  const last = Math.max(...lines.map(({ data }) => data.at(-2) ?? 0))
  const marked = lines.map((line) =>
    line.id === 'loss' ? { ...line, markLine: { data: at === null ? [] : [{ xAxis: place(at) }] } } : line,
  )
  return { xAxis: { max: place === byStep ? Math.max(last, 10) : last }, series: marked }
}

/** Alternating places and values, downsampled to the outline of the curve. Non-finite values become gaps; points without a place are left out. */
function pointsOf(series: GrowingSeries | undefined, scale: number, place: Place): Float64Array {
  const { steps, values } = envelope(series?.points() ?? noPoints, POINTS)
  const points = new Float64Array(2 * steps.length)
  let length = 0
  steps.forEach((step, index) => {
    const [at, value] = [place(step), values[index]! * scale]
    if (Number.isNaN(at)) return
    points[length++] = at
    points[length++] = Number.isFinite(value) ? value : NaN
  })
  return points.subarray(0, length)
}

/** The look of the chart: axes, legend, colours and tooltip. */
export function lossLook(names: CurveNames, right: Quantity, theme: Theme): EChartsCoreOption {
  const { colours, sans, mono } = theme
  const label = { color: colours['ink-2'], fontFamily: mono, fontSize: 10 }
  // ECharts needs explicit dimensions for flat arrays of numbers.
  const line = {
    type: 'line',
    dimensions: ['place', 'value'],
    symbol: 'none',
    animation: false,
    emphasis: { disabled: true },
  } as const
  const points = { ...line, symbol: 'circle', symbolSize: 5 } as const
  return {
    animation: false,
    textStyle: { fontFamily: sans },
    grid: {
      left: 8,
      right: 8,
      top: 28,
      bottom: names.isNamed ? 20 : 4,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    legend: {
      top: 0,
      left: 0,
      itemWidth: 14,
      itemHeight: 8,
      itemGap: 14,
      icon: 'roundRect',
      textStyle: { color: colours['ink-2'], fontSize: 11, fontFamily: sans },
      inactiveColor: colours['ink-3'],
    },
    tooltip: axisTooltipLook(theme),
    xAxis: {
      type: 'value',
      min: 0,
      name: names.isNamed ? names.along : '',
      nameLocation: 'middle',
      nameGap: 20,
      nameTextStyle: label,
      axisLabel: { ...label, formatter: names.formatPlace, showMaxLabel: true, hideOverlap: true },
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { show: false },
      axisPointer: { label: { formatter: ({ value }: { value: number }) => `${names.along} ${names.formatPlace(value)}` } },
    },
    yAxis: [
      {
        type: 'value',
        min: 0,
        splitNumber: 4,
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { ...label, formatter: (value: number) => formatNumber(value, 2) },
        splitLine: { lineStyle: { color: colours.line } },
      },
      {
        type: 'value',
        min: 0,
        axisLine: { show: false },
        axisTick: { show: false },
        splitLine: { show: false },
        ...rightScale(right),
        axisLabel: { ...label, color: colours.accent, formatter: (value: number) => labelOf(right, value) },
      },
    ],
    series: [
      {
        ...line,
        id: 'loss',
        name: names.loss,
        lineStyle: { color: colours.attention, width: 1.3 },
        itemStyle: { color: colours.attention },
        markLine: {
          symbol: 'none',
          silent: true,
          label: { show: false },
          lineStyle: { color: colours.ink, type: 'solid', width: 1 },
          data: [],
        },
        tooltip: { valueFormatter: (value: number) => formatNumber(value, 4) },
      },
      {
        ...points,
        id: validationSeries('loss'),
        name: names.validationLoss,
        lineStyle: { color: colours.attention, width: 1, type: 'dashed' },
        itemStyle: { color: colours.panel, borderColor: colours.attention, borderWidth: 1.5 },
        tooltip: { valueFormatter: (value: number) => formatNumber(value, 4) },
      },
      {
        ...line,
        id: right,
        name: names.right,
        yAxisIndex: 1,
        lineStyle: { color: colours.accent, ...(hasValidation(right) ? { width: 1, opacity: 0.35 } : { width: 1.3 }) },
        itemStyle: { color: colours.accent, opacity: hasValidation(right) ? 0.45 : 1 },
        tooltip: { valueFormatter: (value: number) => tooltipOf(right, value) },
      },
      ...(hasValidation(right)
        ? [
            {
              ...points,
              id: validationSeries(right),
              name: names.validationAccuracy,
              yAxisIndex: 1,
              lineStyle: { color: colours.accent, width: 1.6 },
              itemStyle: { color: colours.accent },
              tooltip: { valueFormatter: (value: number) => tooltipOf(right, value) },
            },
          ]
        : []),
    ],
  }
}

/** The accuracy axis always spans 0 to 100 %. */
const rightScale = (right: Quantity) => (right === 'accuracy' ? { max: 100, interval: 25 } : { splitNumber: 4 })
const labelOf = (right: Quantity, value: number): string => (right === 'accuracy' ? `${value} %` : formatNumber(value, 2))
const tooltipOf = (right: Quantity, value: number): string =>
  right === 'accuracy' ? `${formatFixed(value, 1)} %` : formatNumber(value, 4)

/**
 * The loss and accuracy chart as echarts sees it: loss on the left, accuracy in percent on the right, steps along the bottom. How it
 * looks is told once, what it shows whenever there is more.
 */
import type { EChartsCoreOption } from 'echarts/core'
import type { Evaluation } from '@core/contract/lab'
import { downsample, Envelope } from './downsample'
import { formatCount, formatFixed, formatNumber } from './format'
import type { Theme } from './theme'

export interface Curves {
  /** The i-th number belongs to step i + 1. */
  readonly losses: Float32Array
  readonly accuracies: Float32Array
  readonly evaluations: readonly Evaluation[]
  /** Curves of the same epoch only grow. */
  readonly epoch: number
}
export interface CurveNames {
  readonly step: string
  readonly loss: string
  readonly accuracy: string
  readonly unseenLoss: string
  readonly unseenAccuracy: string
}

/** Points drawn of one curve; a chart is rarely wider. */
const POINTS = 1200
/** More evaluations than this are a line without circles. */
const CIRCLES = 100

const percent = 100

/** What the chart shows, with what has been added to the curves since the last time read alone. */
export class LossData {
  #epoch = NaN
  #losses = new Envelope(POINTS)
  #accuracies = new Envelope(POINTS)

  option({ losses, accuracies, evaluations, epoch }: Curves): EChartsCoreOption {
    if (epoch !== this.#epoch) {
      this.#epoch = epoch
      this.#losses = new Envelope(POINTS)
      this.#accuracies = new Envelope(POINTS)
    }
    this.#losses.read(losses)
    this.#accuracies.read(accuracies)
    const showSymbol = evaluations.length <= CIRCLES
    const unseen = (id: string, valueOf: (evaluation: Evaluation) => number, unit: number) => ({
      id,
      showSymbol,
      data: curve(downsample(Float32Array.from(evaluations, valueOf), POINTS), (index) => evaluations[index]!.step, unit),
    })
    const ofStep = (index: number) => index + 1
    return {
      xAxis: { max: Math.max(losses.length, evaluations.at(-1)?.step ?? 0, 10) },
      series: [
        { id: 'loss', data: curve(this.#losses.points(losses), ofStep, 1) },
        unseen('unseenLoss', ({ loss }) => loss, 1),
        { id: 'accuracy', data: curve(this.#accuracies.points(accuracies), ofStep, percent) },
        unseen('unseenAccuracy', ({ metrics }) => metrics['accuracy'] ?? NaN, percent),
      ],
    }
  }
}

/** Points (index, value) as (step, shown value), in place. What is not finite is a gap. */
function curve(points: Float64Array, stepOf: (index: number) => number, unit: number): Float64Array {
  for (let i = 0; i < points.length; i += 2) {
    points[i] = stepOf(points[i]!)
    const value = points[i + 1]! * unit
    points[i + 1] = Number.isFinite(value) ? value : NaN
  }
  return points
}

/** How the chart looks. */
export function lossLook(names: CurveNames, { colours, sans, mono }: Theme): EChartsCoreOption {
  const label = { color: colours['ink-2'], fontFamily: mono, fontSize: 10 }
  // Flat arrays of numbers need their dimensions told.
  const line = {
    type: 'line',
    dimensions: ['step', 'value'],
    symbol: 'none',
    animation: false,
    emphasis: { disabled: true },
  } as const
  const points = { ...line, symbol: 'circle', symbolSize: 5 } as const
  return {
    animation: false,
    textStyle: { fontFamily: sans },
    grid: { left: 8, right: 8, top: 28, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
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
    tooltip: {
      trigger: 'axis',
      confine: true,
      transitionDuration: 0,
      backgroundColor: colours.raised,
      borderColor: colours.line,
      padding: [6, 10],
      textStyle: { color: colours.ink, fontSize: 11, fontFamily: sans },
      axisPointer: { lineStyle: { color: colours['line-strong'] }, label: { show: false } },
    },
    xAxis: {
      type: 'value',
      min: 0,
      axisLabel: { ...label, formatter: (step: number) => formatCount(step), showMaxLabel: true, hideOverlap: true },
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { show: false },
      axisPointer: { label: { formatter: ({ value }: { value: number }) => `${names.step} ${formatCount(value)}` } },
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
        max: 100,
        interval: 25,
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { ...label, color: colours.accent, formatter: (value: number) => `${value} %` },
        splitLine: { show: false },
      },
    ],
    series: [
      {
        ...line,
        id: 'loss',
        name: names.loss,
        lineStyle: { color: colours.attention, width: 1.3 },
        itemStyle: { color: colours.attention },
        tooltip: { valueFormatter: (value: number) => formatNumber(value, 4) },
      },
      {
        ...points,
        id: 'unseenLoss',
        name: names.unseenLoss,
        lineStyle: { color: colours.attention, width: 1, type: 'dashed' },
        itemStyle: { color: colours.panel, borderColor: colours.attention, borderWidth: 1.5 },
        tooltip: { valueFormatter: (value: number) => formatNumber(value, 4) },
      },
      {
        ...line,
        id: 'accuracy',
        name: names.accuracy,
        yAxisIndex: 1,
        lineStyle: { color: colours.accent, width: 1, opacity: 0.35 },
        itemStyle: { color: colours.accent, opacity: 0.45 },
        tooltip: { valueFormatter: (value: number) => `${formatFixed(value, 1)} %` },
      },
      {
        ...points,
        id: 'unseenAccuracy',
        name: names.unseenAccuracy,
        yAxisIndex: 1,
        lineStyle: { color: colours.accent, width: 1.6 },
        itemStyle: { color: colours.accent },
        tooltip: { valueFormatter: (value: number) => `${formatFixed(value, 1)} %` },
      },
    ],
  }
}

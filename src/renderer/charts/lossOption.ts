/** The loss and accuracy chart as echarts sees it: loss on the left, accuracy in percent on the right, steps along the bottom. */
import type { EChartsCoreOption } from 'echarts/core'
import type { Evaluation } from '@core/contract/lab'
import { downsample } from './downsample'
import { formatCount, formatFixed, formatNumber } from './format'
import type { Theme } from './theme'

export interface Curves {
  /** The i-th number belongs to step i + 1. */
  readonly losses: Float32Array
  readonly accuracies: Float32Array
  readonly evaluations: readonly Evaluation[]
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

const steps = (values: Float32Array, unit: number): (number | null)[][] =>
  downsample(values, POINTS).map(([index, value]) => [index + 1, Number.isFinite(value) ? value * unit : null])

export function lossOption(
  { losses, accuracies, evaluations }: Curves,
  names: CurveNames,
  { colours, sans, mono }: Theme,
): EChartsCoreOption {
  const label = { color: colours['ink-2'], fontFamily: mono, fontSize: 10 }
  const line = { type: 'line', symbol: 'none', animation: false, emphasis: { disabled: true } } as const
  const points = { ...line, symbol: 'circle', symbolSize: 5, showSymbol: true } as const
  const accuracyOf = ({ metrics }: Evaluation) => (metrics['accuracy'] === undefined ? null : metrics['accuracy'] * 100)
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
      max: Math.max(losses.length, evaluations.at(-1)?.step ?? 0, 10),
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
        name: names.loss,
        data: steps(losses, 1),
        lineStyle: { color: colours.attention, width: 1.3 },
        itemStyle: { color: colours.attention },
        tooltip: { valueFormatter: (value: number) => formatNumber(value, 4) },
      },
      {
        ...points,
        name: names.unseenLoss,
        data: evaluations.map((evaluation) => [evaluation.step, evaluation.loss]),
        lineStyle: { color: colours.attention, width: 1, type: 'dashed' },
        itemStyle: { color: colours.panel, borderColor: colours.attention, borderWidth: 1.5 },
        tooltip: { valueFormatter: (value: number) => formatNumber(value, 4) },
      },
      {
        ...line,
        name: names.accuracy,
        yAxisIndex: 1,
        data: steps(accuracies, 100),
        lineStyle: { color: colours.accent, width: 1, opacity: 0.35 },
        itemStyle: { color: colours.accent, opacity: 0.45 },
        tooltip: { valueFormatter: (value: number) => `${formatFixed(value, 1)} %` },
      },
      {
        ...points,
        name: names.unseenAccuracy,
        yAxisIndex: 1,
        data: evaluations.map((evaluation) => [evaluation.step, accuracyOf(evaluation)]),
        lineStyle: { color: colours.accent, width: 1.6 },
        itemStyle: { color: colours.accent },
        tooltip: { valueFormatter: (value: number) => `${formatFixed(value, 1)} %` },
      },
    ],
  }
}

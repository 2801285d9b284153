/** ECharts options of a score of all heads over the steps of a run. */
import type { EChartsCoreOption } from 'echarts/core'
import type { Points } from '@core/series/series'
import { formatCount, formatNumber } from './format'
import { lineLook } from './lineLooks'
import { axisLook, axisTooltipLook, labelLook, tooltipLook } from './looks'
import type { Theme } from './theme'

export interface HeadCurve {
  readonly id: string
  readonly name: string
  /** Short, at the end of its line. */
  readonly label: string
  /** Place of its block among all blocks with heads. */
  readonly block: number
  readonly points: Points
  /** Whether it stands out. */
  readonly isChosen: boolean
}

export interface HeadAxes {
  readonly step: string
  readonly value: string
  /** Factor between stored and displayed values. */
  readonly scale: number
  readonly format: (shown: number) => string
  /** The value from which on a head has formed, as displayed; null for none. */
  readonly threshold: number | null
  /** The step that is shown. */
  readonly at: number | null
}

/** With more heads, lines are told apart by their block only, and the tooltip names one of them. */
const mostApart = 12

export function headsOption(curves: readonly HeadCurve[], axes: HeadAxes, theme: Theme): EChartsCoreOption {
  const { colours, sans, mono } = theme
  const axis = { ...axisLook(theme), type: 'value' as const }
  const label = labelLook(theme)
  const areApart = curves.length <= mostApart
  const hasChosen = curves.some(({ isChosen }) => isChosen)
  return {
    animation: false,
    textStyle: { fontFamily: sans },
    grid: { left: 20, right: 42, top: 12, bottom: 26, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      ...(areApart ? { ...axisTooltipLook(theme), order: 'valueDesc' } : { ...tooltipLook(theme), trigger: 'item' }),
      valueFormatter: axes.format,
    },
    xAxis: {
      ...axis,
      min: 0,
      max: 'dataMax',
      name: axes.step,
      nameGap: 20,
      axisLabel: { ...label, alignMaxLabel: 'right', formatter: (step: number) => formatCount(step) },
      splitLine: { show: false },
      axisPointer: { label: { formatter: ({ value }: { value: number }) => `${axes.step} ${formatCount(value)}` } },
    },
    yAxis: {
      ...axis,
      name: axes.value,
      nameGap: 34,
      splitNumber: 4,
      axisLabel: { ...label, formatter: (value: number) => formatNumber(value, 3) },
    },
    series: [
      ...curves.map(({ id, name, label: short, block, points, isChosen }, index) => {
        const { colour: token, dash } = lineLook(areApart ? index : block)
        const colour = colours[token]
        return {
          ...{ type: 'line', id, name, symbol: 'circle', symbolSize: 4, showSymbol: points.steps.length === 1 },
          data: Array.from(points.steps, (step, at) => [step, points.values[at]! * axes.scale]).filter(([, value]) =>
            Number.isFinite(value),
          ),
          z: isChosen ? 4 : 2,
          emphasis: { disabled: areApart },
          lineStyle: {
            ...{ color: colour, type: areApart ? dash : 'solid' },
            width: isChosen ? 3 : 1.6,
            opacity: hasChosen && !isChosen ? 0.55 : 1,
          },
          itemStyle: { color: colour },
          ...(areApart && {
            endLabel: { show: true, formatter: short, color: colours.ink, fontFamily: mono, fontSize: 10, distance: 4 },
            labelLayout: { hideOverlap: true },
          }),
        }
      }),
      {
        // Carries the lines across all curves, whatever curves there are.
        ...{ type: 'line', id: 'lines', data: [], silent: true, tooltip: { show: false } },
        markLine: {
          ...{ symbol: 'none', silent: true, label: { show: false } },
          data: [
            ...(axes.threshold === null
              ? []
              : [{ yAxis: axes.threshold, lineStyle: { color: colours['line-strong'], type: 'dashed', width: 1 } }]),
            ...(axes.at === null ? [] : [{ xAxis: axes.at, lineStyle: { color: colours.ink, type: 'solid', width: 1 } }]),
          ],
        },
      },
    ],
  }
}

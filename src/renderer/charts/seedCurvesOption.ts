/** ECharts options of the training curves of many runs that differ in the seed: one line each, coloured by what became of the run. */
import type { EChartsCoreOption } from 'echarts/core'
import type { Points } from '@core/series/series'
import { formatCount, formatNumber } from './format'
import { axisLook, labelLook } from './looks'
import type { Theme } from './theme'

/** `counted` finished, `repeated` finished with a seed that has been counted, `ended` stopped or failed before its last step. */
export const curveKinds = ['counted', 'training', 'repeated', 'ended'] as const
export type CurveKind = (typeof curveKinds)[number]

export interface SeedCurve {
  readonly id: string
  readonly kind: CurveKind
  readonly points: Points
}
export interface SeedCurveNames {
  readonly step: string
  readonly loss: string
  readonly kinds: Readonly<Record<CurveKind, string>>
}

/** `highlighted` is the id of a curve that stands out. */
export function seedCurvesOption(
  curves: readonly SeedCurve[],
  names: SeedCurveNames,
  theme: Theme,
  highlighted: string | null = null,
): EChartsCoreOption {
  const { colours, sans } = theme
  const looks = {
    counted: { color: colours.accent, type: 'solid' },
    training: { color: colours.attention, type: 'solid' },
    repeated: { color: colours['ink-3'], type: 'dashed' },
    ended: { color: colours.bad, type: 'dotted' },
  } as const satisfies Readonly<Record<CurveKind, object>>
  const axis = { ...axisLook(theme), type: 'value' as const }
  const label = labelLook(theme)
  return {
    animation: false,
    textStyle: { fontFamily: sans },
    grid: { left: 20, right: 12, top: 30, bottom: 30, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: {
      top: 0,
      left: 0,
      itemWidth: 22,
      itemHeight: 8,
      itemGap: 12,
      data: curveKinds.filter((kind) => curves.some((curve) => curve.kind === kind)).map((kind) => names.kinds[kind]),
      textStyle: { color: colours['ink-2'], fontSize: 11, fontFamily: sans },
      inactiveColor: colours['ink-3'],
    },
    xAxis: {
      ...axis,
      min: 0,
      max: 'dataMax',
      name: names.step,
      nameGap: 22,
      axisLabel: { ...label, formatter: formatCount },
      splitLine: { show: false },
    },
    yAxis: {
      ...axis,
      min: 0,
      name: names.loss,
      nameGap: 34,
      splitNumber: 4,
      axisLabel: { ...label, formatter: (value: number) => formatNumber(value, 2) },
    },
    series: curves.map(({ id, kind, points }) => ({
      type: 'line',
      id,
      name: names.kinds[kind],
      symbol: 'none',
      silent: true,
      z: id === highlighted ? 4 : 2,
      lineStyle: {
        ...looks[kind],
        width: id === highlighted ? 3 : 1.3,
        opacity: highlighted === null ? 0.55 : id === highlighted ? 1 : 0.2,
      },
      itemStyle: { color: looks[kind].color },
      data: Array.from(points.steps, (step, index) => [step, points.values[index]!]).filter(([, value]) =>
        Number.isFinite(value),
      ),
    })),
  }
}

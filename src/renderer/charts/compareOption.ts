/** ECharts options of the curves of compared runs: raw lines faintly behind smoothed ones, and the range of several seeds as a band. */
import type { EChartsCoreOption } from 'echarts/core'
import type { Place } from '@core/series/along'
import { envelope, type Points } from '@core/series/series'
import { formatNumber } from './format'
import { lineLook } from './lineLooks'
import { axisLook, axisTooltipLook, labelLook } from './looks'
import type { Theme } from './theme'

export interface Curve {
  readonly id: string
  /** Letters of the runs. */
  readonly letters: string
  readonly name: string
  /** Its place among all, which decides its look. */
  readonly index: number
  readonly place: Place
  /** As measured, or the mean. */
  readonly raw: Points
  readonly smoothed: Points
  /** Smallest and largest values of the runs of a band. */
  readonly range: { readonly low: Points; readonly high: Points } | null
}

export interface CompareAxes {
  readonly along: string
  readonly formatPlace: (place: number) => string
  readonly value: string
  /** Factor between stored and displayed values: shares are shown in percent. */
  readonly scale: number
}

/** Maximum number of points per curve, as charts are rarely wider, and of all curves, so that they follow the pointer without delay. */
const most = 1200
const mostOfAll = 5000
/** With more points than this, they have no symbols. */
const symbols = 60

type Pair = readonly [place: number, value: number]
/** Of points that are drawn again, as raw lines are while the smoothing changes. */
const known = new WeakMap<Points, { readonly place: Place; readonly key: string; readonly pairs: Pair[] }>()
function pairsOf(points: Points, { place }: Pick<Curve, 'place'>, scale: number, count: number): Pair[] {
  const before = known.get(points)
  const key = [scale, count].join()
  if (before?.place === place && before.key === key) return before.pairs
  const { steps, values } = envelope(points, Math.max(4, Math.min(most, Math.floor(mostOfAll / count))))
  const pairs = Array.from(steps, (step, index): Pair => {
    const value = values[index]! * scale
    return [place(step), Number.isFinite(value) ? value : NaN]
  }).filter(([at]) => !Number.isNaN(at))
  known.set(points, { place, key, pairs })
  return pairs
}

export function compareOption(
  curves: readonly Curve[],
  { along, formatPlace, value, scale }: CompareAxes,
  theme: Theme,
): EChartsCoreOption {
  const { colours, sans, mono } = theme
  const axis = { ...axisLook(theme), type: 'value' as const }
  const label = labelLook(theme)
  return {
    animation: false,
    textStyle: { fontFamily: sans },
    grid: { left: 22, right: 34, top: 12, bottom: 30, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      ...axisTooltipLook(theme),
      valueFormatter: (shown: number) => formatNumber(shown, 4),
    },
    xAxis: {
      ...axis,
      min: 0,
      max: 'dataMax',
      name: along,
      nameGap: 22,
      axisLabel: { ...label, alignMaxLabel: 'right', formatter: formatPlace },
      splitLine: { show: false },
      axisPointer: { label: { formatter: ({ value: at }: { value: number }) => `${along} ${formatPlace(at)}` } },
    },
    yAxis: {
      ...axis,
      scale: true,
      name: value,
      nameGap: 34,
      splitNumber: 4,
      axisLabel: { ...label, formatter: (at: number) => formatNumber(at, 3) },
    },
    series: curves.flatMap((curve) => {
      const { colour: token, dash } = lineLook(curve.index)
      const colour = colours[token]
      const shown = pairsOf(curve.smoothed, curve, scale, curves.length)
      const isSmoothed = curve.smoothed.values !== curve.raw.values
      const line = { type: 'line', symbol: 'none', emphasis: { disabled: true } } as const
      return [
        ...(curve.range ? [band(curve, scale, colour, curves.length)] : []),
        ...(isSmoothed
          ? [
              {
                ...line,
                id: `${curve.id}/raw`,
                silent: true,
                tooltip: { show: false },
                data: pairsOf(curve.raw, curve, scale, curves.length),
                lineStyle: { color: colour, width: 1, opacity: 0.28 },
              },
            ]
          : []),
        {
          ...line,
          id: curve.id,
          name: `${curve.letters} · ${curve.name}`,
          ...(shown.length <= symbols && { symbol: 'circle', symbolSize: 4 }),
          showSymbol: shown.length <= symbols,
          data: shown,
          lineStyle: { color: colour, width: 1.8, type: dash },
          itemStyle: { color: colour },
          endLabel: { show: true, formatter: curve.letters, color: colours.ink, fontFamily: mono, fontSize: 10, distance: 4 },
          labelLayout: { moveOverlap: 'shiftY' },
        },
      ]
    }),
  }
}

/** One polygon, from the lowest values forth to the highest ones back. */
function band(curve: Curve, scale: number, colour: string, count: number) {
  const { id, range } = curve
  const [low, high] = [range!.low, range!.high].map((ends) => pairsOf(ends, curve, scale, count)) as [Pair[], Pair[]]
  return {
    type: 'custom',
    id: `${id}/range`,
    silent: true,
    tooltip: { show: false },
    // All points, so that the axes include them; the first one draws.
    data: [...low, ...high],
    renderItem({ dataIndex }: { dataIndex: number }, api: { coord: (point: Pair) => number[] }) {
      if (dataIndex > 0) return null
      const points = [...low, ...high.toReversed()].map((pair) => api.coord(pair))
      return { type: 'polygon', shape: { points }, style: { fill: colour, opacity: 0.18 } }
    },
  }
}

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

/** Maximum number of points per line, as charts are rarely wider, and of all lines, so that they follow the pointer without delay. */
const most = 1200
const mostOfAll = 4000
/** With more points than this, they have no symbols. */
const symbols = 60

/** Alternating places and values: ECharts clones and reads numbers in one block many times faster than pairs. */
type Flat = Float64Array
const dimensions = ['place', 'value']
/** Of points that are drawn again, as raw lines are while the smoothing changes. */
const known = new WeakMap<Points, { readonly place: Place; readonly key: string; readonly flat: Flat }>()
function flatOf(points: Points, { place }: Pick<Curve, 'place'>, scale: number, count: number): Flat {
  const before = known.get(points)
  const key = [scale, count].join()
  if (before?.place === place && before.key === key) return before.flat
  const { steps, values } = envelope(points, Math.max(4, Math.min(most, Math.floor(mostOfAll / count))))
  const flat = new Float64Array(2 * steps.length)
  let length = 0
  for (let index = 0; index < steps.length; index++) {
    const [at, value] = [place(steps[index]!), values[index]! * scale]
    if (Number.isNaN(at)) continue
    flat[length++] = at
    flat[length++] = Number.isFinite(value) ? value : NaN
  }
  const placed = flat.subarray(0, length)
  known.set(points, { place, key, flat: placed })
  return placed
}

export function compareOption(
  curves: readonly Curve[],
  { along, formatPlace, value, scale }: CompareAxes,
  theme: Theme,
): EChartsCoreOption {
  const { colours, sans, mono } = theme
  const axis = { ...axisLook(theme), type: 'value' as const }
  const label = labelLook(theme)
  const isSmoothed = curves.some(({ smoothed, raw }) => smoothed.values !== raw.values)
  const lines = curves.length * (isSmoothed ? 2 : 1)
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
      const shown = flatOf(curve.smoothed, curve, scale, lines)
      const line = { type: 'line', dimensions, symbol: 'none', showSymbol: false, emphasis: { disabled: true } } as const
      return [
        ...(curve.range ? [band(curve, scale, colour, lines)] : []),
        ...(isSmoothed
          ? [
              {
                ...line,
                id: `${curve.id}/raw`,
                silent: true,
                tooltip: { show: false },
                data: flatOf(curve.raw, curve, scale, lines),
                lineStyle: { color: colour, width: 1, opacity: 0.28 },
              },
            ]
          : []),
        {
          ...line,
          id: curve.id,
          name: `${curve.letters} · ${curve.name}`,
          ...(shown.length <= 2 * symbols && { symbol: 'circle', symbolSize: 4, showSymbol: true }),
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
  const [low, high] = [range!.low, range!.high].map((ends) => flatOf(ends, curve, scale, count)) as [Flat, Flat]
  const pairs = (flat: Flat): number[][] =>
    Array.from({ length: flat.length / 2 }, (_, index) => [...flat.subarray(2 * index, 2 * index + 2)])
  return {
    type: 'custom',
    dimensions,
    id: `${id}/range`,
    silent: true,
    tooltip: { show: false },
    // All points, so that the axes include them; the first one draws.
    data: Float64Array.of(...low, ...high),
    renderItem({ dataIndex }: { dataIndex: number }, api: { coord: (point: number[]) => number[] }) {
      if (dataIndex > 0) return null
      const points = [...pairs(low), ...pairs(high).toReversed()].map((pair) => api.coord(pair))
      return { type: 'polygon', shape: { points }, style: { fill: colour, opacity: 0.18 } }
    },
  }
}

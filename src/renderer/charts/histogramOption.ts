/** ECharts options of superimposed histograms: outlines over common bins, as shares of all values, so that different numbers can be compared. */
import type { EChartsCoreOption } from 'echarts/core'
import { formatNumber } from './format'
import { lineLook } from './lineLooks'
import { axisLook, axisTooltipLook, labelLook } from './looks'
import type { Bins } from './statistics'
import type { Theme } from './theme'

export interface NamedBins {
  readonly id: string
  readonly letter: string
  readonly name: string
  /** Its place among all, which decides its look. */
  readonly index: number
  /** Those of all have the same range and number. */
  readonly bins: Bins
}

export const edgeOf = ({ counts, min, max }: Bins, edge: number): number => min + ((max - min) * edge) / counts.length

/** `value` and `share` are names of the axes. */
export function histogramOption(
  all: readonly NamedBins[],
  names: { readonly value: string; readonly share: string },
  theme: Theme,
): EChartsCoreOption {
  const { colours, sans } = theme
  const axis = { ...axisLook(theme), type: 'value' as const }
  const label = labelLook(theme)
  const [first] = all
  return {
    animation: false,
    textStyle: { fontFamily: sans },
    grid: { left: 22, right: 16, top: 12, bottom: 30, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: { ...axisTooltipLook(theme), valueFormatter: (share: number) => `${formatNumber(share, 3)} %` },
    xAxis: {
      ...axis,
      ...(first && { min: first.bins.min, max: first.bins.max }),
      name: names.value,
      nameGap: 22,
      axisLabel: { ...label, showMinLabel: false, showMaxLabel: false, formatter: (at: number) => formatNumber(at, 2) },
      splitLine: { show: false },
      axisPointer: { label: { formatter: ({ value }: { value: number }) => formatNumber(value, 3) } },
    },
    yAxis: {
      ...axis,
      min: 0,
      name: `${names.share} (%)`,
      nameGap: 34,
      splitNumber: 3,
      axisLabel: { ...label, formatter: (at: number) => formatNumber(at, 2) },
    },
    series: all.map(({ id, letter, name, index, bins }) => {
      const { colour: token, dash } = lineLook(index)
      return {
        type: 'line' as const,
        id,
        name: `${letter} · ${name}`,
        // Each value holds from its edge to the next one; the last falls to zero.
        step: 'end' as const,
        symbol: 'none',
        data: outlineOf(bins),
        lineStyle: { color: colours[token], width: 1.6, type: dash },
        itemStyle: { color: colours[token] },
        areaStyle: { color: colours[token], opacity: 0.1 },
        emphasis: { disabled: true },
      }
    }),
  }
}

function outlineOf(bins: Bins): (readonly [edge: number, percent: number])[] {
  const { counts } = bins
  const total = counts.reduce((sum, count) => sum + count, 0) || 1
  return [...counts.map((count, bin) => [edgeOf(bins, bin), (100 * count) / total] as const), [edgeOf(bins, counts.length), 0]]
}

/** Plots as SVG pictures of their own, for files, print and saved lessons. The chart components must be registered by whoever shows them too. */
import { init, type EChartsCoreOption } from 'echarts/core'
import type { Measurements } from '@core/experiments/verdict'
import { experimentOption, heightOf, type Charted, type PlotNames } from './experimentOption'
import type { Theme } from './theme'

/** Sizes are in CSS pixels. */
export function optionSvg(option: EChartsCoreOption, { colours }: Theme, width: number, height: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption({ ...option, backgroundColor: colours.bg })
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

export const experimentSvg = (
  plot: Charted,
  measurements: Measurements,
  names: PlotNames,
  theme: Theme,
  width: number,
): string => optionSvg(experimentOption(plot, measurements, names, theme), theme, width, heightOf(plot, measurements))

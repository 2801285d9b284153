/** A plot as an SVG picture of its own, for files, print and saved lessons. */
import { init } from 'echarts/core'
import type { Measurements } from '@core/experiments/verdict'
import { experimentOption, heightOf, type Charted, type PlotNames } from './experimentOption'
import type { Theme } from './theme'

/** `width` in CSS pixels. The chart components must be registered: ExperimentPlot does it. */
export function experimentSvg(
  plot: Charted,
  measurements: Measurements,
  names: PlotNames,
  theme: Theme,
  width: number,
): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height: heightOf(plot, measurements) })
  try {
    chart.setOption({ ...experimentOption(plot, measurements, names, theme), backgroundColor: theme.colours.bg })
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

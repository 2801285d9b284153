/** The curves of runs in a report: the training loss and every metric of the evaluations, with all runs in each picture. */
import { metricsOf } from '../series/figures'
import { markup, type Markup } from '../markup'
import { noPoints } from '../series/series'
import { seriesKind, validationSeries } from '../series/units'
import { curvesPicture } from './curves-picture'
import type { ReportRun } from './run'
import { metricName, type ReportTexts } from './texts'

export function curvesSection(runs: readonly ReportRun[], texts: ReportTexts): Markup {
  const { t } = texts
  const names = [
    { series: 'loss', name: t('views.loss') },
    ...metricsOf(runs).map((metric) => ({
      series: validationSeries(metric),
      name: metric === 'loss' ? metricName(texts, metric) : t('compare.validation', { metric: metricName(texts, metric) }),
    })),
  ]
  const figures = names.map(({ series, name }) => {
    const curves = runs.map((run, index) => ({
      ...{ letter: run.letter, index, points: run.series.get(series)?.points() ?? noPoints },
    }))
    const isShare = seriesKind(series).unit === 'share'
    const options = { name, step: t('views.step'), scale: isShare ? 100 : 1, unit: isShare ? '%' : '' }
    return markup`<figure>${curvesPicture(curves, options)}<figcaption>${name}</figcaption></figure>`
  })
  return markup`<section><h2>${t('compare.curves')}</h2><div class="plots">${figures}</div></section>`
}

/** The curves of runs in a report: the training loss and every metric of the evaluations, with all runs in each picture; the loss also by time. */
import { placeOf, type Along } from '../series/along'
import { metricsOf } from '../series/figures'
import { markup, type Markup } from '../markup'
import { noPoints } from '../series/series'
import { seriesKind, validationSeries } from '../series/units'
import { curvesPicture } from './curves-picture'
import type { ReportRun } from './run'
import { metricName, type ReportTexts } from './texts'

export function curvesSection(runs: readonly ReportRun[], texts: ReportTexts): Markup {
  const { t } = texts
  const loss = { series: 'loss', name: t('views.loss') }
  const named: readonly { series: string; name: string; along: Along }[] = [
    { ...loss, along: 'step' },
    { ...loss, along: 'time' },
    ...metricsOf(runs).map((metric) => ({
      series: validationSeries(metric),
      name: metric === 'loss' ? metricName(texts, metric) : t('compare.validation', { metric: metricName(texts, metric) }),
      along: 'step' as const,
    })),
  ]
  const unknown = { sequences: null, tokens: null, isPadded: false }
  const figures = named.flatMap(({ series, name, along }) => {
    const curves = runs.flatMap((run, index) => {
      const place = placeOf(along, run.series, unknown)
      return place ? [{ letter: run.letter, index, points: run.series.get(series)?.points() ?? noPoints, place }] : []
    })
    if (curves.length === 0 && along === 'time') return []
    const isShare = seriesKind(series).unit === 'share'
    const options = { name, along: t(`views.along.${along}`), scale: isShare ? 100 : 1, unit: isShare ? '%' : '' }
    const without = runs.filter(({ letter }) => !curves.some((curve) => curve.letter === letter)).map(({ letter }) => letter)
    const caption = [name, ...(without.length === 0 ? [] : [t('compare.unplaced.time', { letters: without.join(', ') })])]
    return [markup`<figure>${curvesPicture(curves, options)}<figcaption>${caption.join('. ')}</figcaption></figure>`]
  })
  return markup`<section><h2>${t('compare.curves')}</h2><div class="plots">${figures}</div></section>`
}

/** The results of runs as a table: one column each, with the last and the best value of every metric, and the baseline. */
import { markup, type Markup } from '../markup'
import { unitOf } from '../metrics/table'
import { formatCount, formatNumber } from '../numbers'
import { figureOf, metricsOf } from '../series/figures'
import type { ReportRun } from './run'
import { sign } from './sign'
import { metricName, type ReportTexts } from './texts'

/** Shares in percent with two decimals, so that close results can be told apart. */
function valueText(metric: string, value: number | undefined): string {
  if (value === undefined) return '–'
  return unitOf(metric) === 'share' ? `${(value * 100).toFixed(2)} %` : formatNumber(value, 4)
}

export function resultTable(runs: readonly ReportRun[], texts: ReportTexts): Markup {
  const { t } = texts
  const row = (name: string, valueOf: (run: ReportRun) => string): Markup =>
    markup`<tr><th scope="row">${name}</th>${runs.map((run) => markup`<td class="number">${valueOf(run)}</td>`)}</tr>`
  const own = [
    row(t('training.seed'), ({ lab }) => String(lab.training.seed)),
    row(t('report.steps'), ({ status }) => `${formatCount(status.step)} / ${formatCount(status.steps)}`),
    row(t('compare.parameters'), ({ status }) => formatCount(status.parameters)),
    row(t('report.msPerStep'), ({ summary }) => (summary ? formatNumber(summary.msPerStep) : '–')),
    row(t('views.loss'), ({ series }) => {
      const last = series.get('loss')?.last
      return last === undefined ? '–' : formatNumber(last, 4)
    }),
  ]
  const figures = metricsOf(runs).flatMap((metric) => {
    const named = (of: string): string => t('report.figure', { metric: metricName(texts, metric), of })
    const hasBaseline = runs.some(({ status }) => status.baseline?.[metric] !== undefined)
    return [
      row(named(t('compare.last')), (run) => valueText(metric, figureOf(run, metric).last)),
      row(named(t('compare.best')), (run) => valueText(metric, figureOf(run, metric).best)),
      ...(hasBaseline ? [row(named(t('report.baseline')), ({ status }) => valueText(metric, status.baseline?.[metric]))] : []),
    ]
  })
  const signs = runs.map(({ letter }, index) => markup`<th scope="col" class="number">${sign(letter, index)}</th>`)
  const head = runs.length > 1 ? markup`<thead><tr><td></td>${signs}</tr></thead>` : null
  return markup`<section><h2>${t('compare.figures')}</h2><div class="frame"><table>${head}<tbody>${own}${figures}</tbody></table></div></section>`
}

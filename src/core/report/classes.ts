/** The scores of each class of a run's last evaluation, beside those of the baseline. */
import { markup, type Markup } from '../markup'
import { formatCount, formatPercent } from '../numbers'
import type { ReportRun } from './run'
import type { ReportTexts } from './texts'

/** Classes with the most samples; more would fill pages. */
const most = 40

export function classTable({ letter, summary }: ReportRun, isOneOfSeveral: boolean, { t }: ReportTexts): Markup {
  const classes = (summary?.classes ?? []).toSorted((a, b) => b.support - a.support).slice(0, most)
  if (classes.length === 0) return markup``
  const rows = classes.map(({ name, support, precision, recall, f1, baseline }) => {
    const cells = [formatCount(support), ...[precision, recall, f1, baseline.f1].map(formatPercent)]
    return markup`<tr><th scope="row">${name}</th>${cells.map((text) => markup`<td class="number">${text}</td>`)}</tr>`
  })
  const names = ['support', 'precision', 'recall', 'f1', 'baselineF1'].map(
    (key) => markup`<th scope="col" class="number">${t(`report.${key}`)}</th>`,
  )
  const heading = t('report.classes') + (isOneOfSeveral ? ` · ${letter}` : '')
  return markup`<section><h2>${heading}</h2><div class="frame"><table><thead><tr><th scope="col">${t('report.class')}</th>${names}</tr></thead><tbody>${rows}</tbody></table></div></section>`
}

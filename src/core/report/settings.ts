/** The settings of runs in a report: those that differ, and those that all of them share. */
import { dequal } from 'dequal/lite'
import { settingsDiff, sharedSettings } from '../lab/settings-diff'
import { markup, type Markup } from '../markup'
import type { ReportRun } from './run'
import { settingTexts } from './setting-texts'
import { sign } from './sign'
import type { ReportTexts } from './texts'

export function settingsSection(runs: readonly ReportRun[], texts: ReportTexts): Markup {
  const { t } = texts
  const labs = runs.map(({ lab }) => lab)
  const { settingName, settingValue } = settingTexts(texts)
  const differing = settingsDiff(labs).map((difference) => {
    const cells = difference.values.map((value) => {
      const differs = dequal(value, difference.values[0]) ? '' : 'differs'
      return markup`<td class="${differs}">${settingValue(difference, value)}</td>`
    })
    return markup`<tr><th scope="row">${settingName(difference, labs)}</th>${cells}</tr>`
  })
  // An empty list, such as that of maps painted by hand, is nothing that was set.
  const isSet = (value: unknown): boolean => !Array.isArray(value) || value.length > 0
  const known = sharedSettings(labs).filter(({ value }) => isSet(value))
  const shared = known.map(
    (setting) =>
      markup`<tr><th scope="row">${settingName(setting, labs)}</th><td>${settingValue(setting, setting.value)}</td></tr>`,
  )
  const signs = runs.map(({ letter }, index) => markup`<th scope="col">${sign(letter, index)}</th>`)
  const heads = markup`<thead><tr><th scope="col">${t('compare.setting')}</th>${signs}</tr></thead>`
  const same = markup`<p>${t('compare.sameSettings')}</p>`
  const differ = markup`<h2>${t('compare.settings')}</h2>${differing.length === 0 ? same : markup`<div class="frame"><table>${heads}<tbody>${differing}</tbody></table></div>`}`
  const isOne = runs.length === 1
  return markup`<section>${isOne ? null : differ}<h2>${t(isOne ? 'report.settings' : 'report.sharedSettings')}</h2><div class="columns"><table><tbody>${shared}</tbody></table></div></section>`
}

/** All texts that a report needs, by their paths, for hosts that have no page. */
import type { ReportTexts } from '@core/report/texts'
import { format } from '@core/locales/format'
import blocksEn from '@core/locales/en/blocks.json'
import interfaceEn from '@core/locales/en/interface.json'
import metricsEn from '@core/locales/en/metrics.json'
import reportEn from '@core/locales/en/report.json'
import tasksEn from '@core/locales/en/tasks.json'
import blocksZh from '@core/locales/zh/blocks.json'
import interfaceZh from '@core/locales/zh/interface.json'
import metricsZh from '@core/locales/zh/metrics.json'
import reportZh from '@core/locales/zh/report.json'
import tasksZh from '@core/locales/zh/tasks.json'

/** As in the page: the interface at the root, every other file under its name. */
const files = {
  en: { ...interfaceEn, blocks: blocksEn, metrics: metricsEn, report: reportEn, tasks: tasksEn },
  zh: { ...interfaceZh, blocks: blocksZh, metrics: metricsZh, report: reportZh, tasks: tasksZh },
} as const

export function reportTextsIn(language: ReportTexts['language']): ReportTexts {
  const textAt = (path: string): string | undefined => {
    const found = path
      .split('.')
      .reduce<unknown>((inner, key) => (isRecord(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), files[language])
    return typeof found === 'string' ? found : undefined
  }
  return {
    language,
    t: (path, params = {}) => format(textAt(path) ?? path, params),
    has: (path) => textAt(path) !== undefined,
  }
}
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

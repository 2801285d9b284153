/** What a report needs of the texts of its language: any text by its path, as in the locale files. */
import type { LocalText } from '../lab/document'

export interface ReportTexts {
  readonly language: 'en' | 'zh'
  readonly t: (path: string, params?: Readonly<Record<string, string | number>>) => string
  /** Whether there is a text at a path. */
  readonly has: (path: string) => boolean
}

export const textIn = ({ language }: Pick<ReportTexts, 'language'>, text: LocalText): string =>
  typeof text === 'string' ? text : text[language]

export const metricName = ({ t, has }: ReportTexts, metric: string): string => {
  if (metric === 'loss') return t('views.validationLoss')
  return has(`metrics.names.${metric}`) ? t(`metrics.names.${metric}`) : metric
}

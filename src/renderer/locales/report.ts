/** The texts of the current language as reports read them. Reactive. */
import type { ReportTexts } from '@core/report/texts'
import { i18n } from '.'

export function useReportTexts(): ReportTexts {
  const { t, te, locale } = i18n.global
  return {
    get language() {
      return locale.value
    },
    t: (path, params = {}) => t(path, params),
    has: (path) => te(path),
  }
}

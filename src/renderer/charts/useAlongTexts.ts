/** Names of horizontal axes in the current language, and their numbers. */
import { useI18n } from 'vue-i18n'
import type { Along } from '@core/series/along'
import { timeSeries } from '@core/series/units'
import { formatCount, formatNumber } from './format'

export function useAlongTexts() {
  const { t } = useI18n()
  return {
    name: (along: Along, isPadded: boolean): string =>
      along === 'tokens' && isPadded ? t('views.paddedTokens') : t(`views.along.${along}`),
    format:
      (along: Along) =>
      (place: number): string =>
        along === 'time' ? formatNumber(place) : formatCount(place),
    /** The heading of its column in CSV, whatever the language. */
    column: (along: Along): string => (along === 'time' ? timeSeries : along),
    /** Empty where the place is unknown. */
    cell: (place: number | undefined): number | string => (place === undefined || Number.isNaN(place) ? '' : place),
  }
}

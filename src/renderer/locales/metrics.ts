/** Names, formatted values and one-sentence definitions of metrics in the current language. */
import { useI18n } from 'vue-i18n'
import { unitOf } from '@core/metrics/table'
import type { Aim } from '@core/signature'
import { formatNumber, formatPercent } from '../charts/format'

/** Selects the definition of a metric: the task's aim, or sequence-to-sequence generation. */
export type MetricKind = Aim | 'written'

export function useMetricTexts() {
  const { t, te } = useI18n()
  return {
    name: (metric: string): string => (te(`metrics.names.${metric}`) ? t(`metrics.names.${metric}`) : metric),
    value: (metric: string, value: number): string => (unitOf(metric) === 'share' ? formatPercent(value) : formatNumber(value)),
    /** Like `value`, without trailing decimals, for goals, which are round numbers. */
    threshold: (metric: string, value: number): string =>
      unitOf(metric) === 'share' ? `${Number((value * 100).toFixed(1))} %` : formatNumber(value),
    help: (metric: string, kind: MetricKind): string =>
      te(`metrics.help.${kind}.${metric}`) ? t(`metrics.help.${kind}.${metric}`) : t(`metrics.help.${metric}`),
  }
}

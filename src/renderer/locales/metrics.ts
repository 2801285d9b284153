/** Metrics in the current language: their names, values, and definitions in one sentence. */
import { useI18n } from 'vue-i18n'
import { unitOf } from '@core/metrics/table'
import type { Aim } from '@core/signature'
import { formatNumber, formatPercent } from '../charts/format'

/** What a metric is about: the task's aim, or that a sequence is written from a source. */
export type MetricKind = Aim | 'written'

export function useMetricTexts() {
  const { t, te } = useI18n()
  return {
    name: (metric: string): string => (te(`metrics.names.${metric}`) ? t(`metrics.names.${metric}`) : metric),
    value: (metric: string, value: number): string => (unitOf(metric) === 'share' ? formatPercent(value) : formatNumber(value)),
    /** As `value`, without decimals that say nothing: of a goal, which is a round number. */
    threshold: (metric: string, value: number): string =>
      unitOf(metric) === 'share' ? `${Number((value * 100).toFixed(1))} %` : formatNumber(value),
    help: (metric: string, kind: MetricKind): string =>
      te(`metrics.help.${kind}.${metric}`) ? t(`metrics.help.${kind}.${metric}`) : t(`metrics.help.${metric}`),
  }
}

/** A time in words: in the largest unit that gives at least two. */
import { useI18n } from 'vue-i18n'

export function useDuration() {
  const { t } = useI18n()
  return (seconds: number): string => {
    if (seconds < 120) return t('training.seconds', { count: Math.max(1, Math.round(seconds)) })
    if (seconds < 7200) return t('training.minutes', { count: Math.round(seconds / 60) })
    return t('training.hours', { count: Math.round(seconds / 3600) })
  }
}

/** Names, formatted values and definitions of the scores of a head in the current language. */
import { useI18n } from 'vue-i18n'
import type { HeadAbsence } from '@core/heads/blocks'
import { headScores, type HeadScore, type HeadScoreName } from '@core/heads/scores'
import { formatFixed, formatPercent } from '../charts/format'

const formats: Readonly<Record<HeadScore['unit'], (value: number) => string>> = {
  share: formatPercent,
  nats: (value) => formatFixed(value, 2),
  tokens: (value) => formatFixed(value, 1),
  number: (value) => formatFixed(value, 3),
}

export function useHeadScoreTexts() {
  const { t } = useI18n()
  return {
    name: (score: HeadScoreName): string => t(`heads.scores.${score}.name`),
    /** With the source. */
    definition: (score: HeadScoreName): string =>
      t('heads.definition', { definition: t(`heads.scores.${score}.definition`), source: headScores[score].source }),
    /** From which value on a head has formed, with the reason and the source; null for scores without a threshold. */
    threshold(score: HeadScoreName): string | null {
      const { unit, formed }: HeadScore = headScores[score]
      if (!formed) return null
      const reason = t(unit === 'share' ? 'heads.formed.much' : 'heads.formed.positive')
      return t('heads.formed.threshold', { value: formats[unit](formed.atLeast), reason, source: formed.source })
    },
    value: (score: HeadScoreName, value: number): string =>
      Number.isNaN(value) ? 'NaN' : formats[headScores[score].unit](value),
    absence: (reason: HeadAbsence): string => t(`heads.absent.${reason}`),
  }
}

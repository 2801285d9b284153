/** What muting a part costs, as it is written on the canvas: points of accuracy, or of the loss where there is no accuracy. */
import { useI18n } from 'vue-i18n'
import type { PartWorth } from '@core/contract/worth'
import { formatFixed, formatNumber } from '../charts/format'

export interface WorthText {
  /** Signed: −80.7 is a loss of 80.7 points; in nats, +2.1 is a loss. */
  readonly text: string
  /** Without decimals from 10 points on, for narrow places. */
  readonly short: string
  /** The same in a sentence. */
  readonly title: string
  /** From 0, nothing, to 1, all of the accuracy or 2 nats; negative where the model is better without the part. */
  readonly share: number
}

/** Rise of the loss in nats that is drawn in full colour. */
const fullLoss = 2

export function useWorthTexts() {
  const { t } = useI18n()
  const signed = (text: string): string => (/^[−0]/.test(text) ? text : `+${text}`)
  return ({ importance, accuracyDrop }: PartWorth): WorthText => {
    const loss = signed(formatNumber(importance))
    if (accuracyDrop === null) {
      const text = signed(formatNumber(importance, 2))
      return { text, short: text, title: t('worth.lossOnly', { loss }), share: importance / fullLoss }
    }
    const rounded = (decimals: number): string =>
      signed(formatFixed(-100 * accuracyDrop, decimals).replace(/^−0(\.0)?$/, '0$1'))
    const points = rounded(1)
    const short = Math.abs(accuracyDrop) < 0.0995 ? points : rounded(0)
    return { text: points, short, title: t('worth.points', { points, loss }), share: accuracyDrop }
  }
}

/** Figures as learners read and type them: shares in percent. */
import { formatNumber } from '../charts/format'
import { measureFormat } from './figures'

export const isShare = (figure: string): boolean => measureFormat(figure) === 'share'
export const shown = (figure: string, value: number): number => Number((isShare(figure) ? value * 100 : value).toPrecision(6))
export const meant = (figure: string, typed: number): number => (isShare(figure) ? typed / 100 : typed)
export const unitOf = (figure: string): string => (isShare(figure) ? '%' : '')
/** Round numbers, as at an axis. */
export const tickOf = (figure: string, value: number): string => {
  const number = Number(shown(figure, value).toPrecision(6))
  return `${Math.abs(number) >= 1e5 ? number.toExponential().replace('e+', 'e') : String(number)}${unitOf(figure) && ' %'}`
}
export const textOf = (figure: string, value: number): string =>
  isShare(figure) ? `${formatNumber(value * 100)} %` : formatNumber(value)

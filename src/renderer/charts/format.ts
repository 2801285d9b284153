/** Short number formats for axes, cells, charts and arithmetic. */
import { formatCount, formatNumber, minus } from '@core/numbers'

export { formatCount, formatNumber, formatPercent } from '@core/numbers'

/** 1.2e−3: two significant digits and a power of ten. */
export const formatPower = (value: number): string =>
  value === 0 || !Number.isFinite(value) ? formatNumber(value) : minus(value.toExponential(1).replace('e+', 'e'))

/** A fixed number of decimals, so that columns line up. */
export const formatFixed = (value: number, decimals = 3): string => minus(value.toFixed(decimals))

/** 12.3 M: counts and bytes in powers of 1000. */
export function formatLarge(value: number): string {
  const units = ['', 'k', 'M', 'G', 'T', 'P']
  let unit = 0
  let rest = value
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1000
    unit++
  }
  return unit === 0 ? formatCount(rest) : `${rest.toPrecision(3)} ${units[unit]!}`
}

/** 0.4 + 0.2 − 0.1: terms joined by their signs; with `rest`, an ellipsis for omitted terms. */
export function formatSum(terms: readonly string[], rest = false): string {
  const signed = (term: string, i: number) => (i === 0 ? term : term.startsWith('−') ? ` − ${term.slice(1)}` : ` + ${term}`)
  return terms.map(signed).join('') + (rest ? ' + …' : '')
}

/** −0.4·(−0.2): a negative second factor is put in brackets. */
export function formatProduct(a: number, b: number): string {
  const second = formatNumber(b)
  return `${formatNumber(a)}·${second.startsWith('−') ? `(${second})` : second}`
}

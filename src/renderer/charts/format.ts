/** Short number formats for axes, cells, charts and arithmetic. */

/** About `digits` significant digits, a true minus sign, and an exponent only where the plain number would be long. */
export function formatNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size >= 1e6 || size < 1e-4) return minus(value.toExponential(digits - 1).replace('e+', 'e'))
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)))
  return minus(value.toFixed(Math.min(decimals, digits + 1)))
}

/** 1.2e−3: two significant digits and a power of ten. */
export const formatPower = (value: number): string =>
  value === 0 || !Number.isFinite(value) ? formatNumber(value) : minus(value.toExponential(1).replace('e+', 'e'))

/** A fixed number of decimals, so that columns line up. */
export const formatFixed = (value: number, decimals = 3): string => minus(value.toFixed(decimals))

// Created once: a new formatter per number would dominate the frame time.
const grouped = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 })

/** 1,234,567: grouped the same way in both languages. */
export const formatCount = (value: number): string => grouped.format(value)

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

export const formatPercent = (share: number): string => `${(share * 100).toFixed(share > 0.9995 || share < 0.0005 ? 0 : 1)} %`

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

const minus = (text: string): string => text.replaceAll('-', '−')

/** Short number formats, the same in both languages. */

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

// Created once: a new formatter per number would dominate the frame time.
const grouped = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 })

/** 1,234,567: grouped the same way in both languages. */
export const formatCount = (value: number): string => grouped.format(value)

export const formatPercent = (share: number): string => `${(share * 100).toFixed(share > 0.9995 || share < 0.0005 ? 0 : 1)} %`

/** Short and exact: 0.001 stays as it is, 1e-8 and 3e-4 use scientific notation. */
export function formatParameter(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e9)) return value.toExponential().replace('e+', 'e')
  return String(value)
}

/** A true minus sign. */
export const minus = (text: string): string => text.replaceAll('-', '−')

/** A number of bytes in the unit that suits it, in powers of 1000. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]!}`
}

import { describe, expect, it } from 'vitest'
import { formatCount, formatLarge, formatNumber, formatPercent, formatProduct, formatSum } from './format'

describe('number formatting', () => {
  it('uses about three significant digits and a true minus sign', () => {
    const texts = [0, 1, 0.814, -0.0613, 12.345, 1234.5, 0.00042].map((value) => formatNumber(value))
    expect(texts).toEqual(['0', '1.00', '0.814', '−0.0613', '12.3', '1235', '0.0004'])
  })

  it('uses an exponent only for very large and very small numbers', () => {
    expect(formatNumber(1.5e7)).toBe('1.50e7')
    expect(formatNumber(-3.21e-6)).toBe('−3.21e−6')
  })

  it('names NaN and infinities', () => {
    expect([NaN, Infinity, -Infinity].map((value) => formatNumber(value))).toEqual(['NaN', '∞', '−∞'])
  })

  it('groups counts and abbreviates large ones', () => {
    expect(formatCount(1234567)).toBe('1,234,567')
    expect([950, 1234, 999_999, 12_345_678].map(formatLarge)).toEqual(['950', '1.23 k', '1.00 M', '12.3 M'])
  })

  it('formats percentages without rounding up to 100 %', () => {
    expect([0, 0.5, 0.981, 0.9994, 1].map(formatPercent)).toEqual(['0 %', '50.0 %', '98.1 %', '99.9 %', '100 %'])
  })

  it('joins terms by their signs', () => {
    expect(formatSum(['−1', '2', '−3'])).toBe('−1 + 2 − 3')
    expect(formatSum(['1', '2'], true)).toBe('1 + 2 + …')
    expect(formatSum([formatProduct(0.5, -0.25), formatProduct(-0.5, 0.25)])).toBe('0.500·(−0.250) − 0.500·0.250')
  })
})

import { describe, expect, it } from 'vitest'
import { formatParameter, parseParameter } from './number'

const anything = { min: -Infinity, max: Infinity, integer: false }

describe('form numbers', () => {
  it.each([
    [0, '0'],
    [0.001, '0.001'],
    [0.0003, '3e-4'],
    [1e-8, '1e-8'],
    [2000, '2000'],
    [4294967295, '4.294967295e9'],
  ])('format briefly and exactly: %d as %s', (value, text) => {
    expect(formatParameter(value)).toBe(text)
    expect(Number(text)).toBe(value)
  })
  it.each([
    ['3e-4', 0.0003],
    [' 1 000 ', 1000],
    ['0,5', 0.5],
    ['−2', -2],
  ])('parse common notations: %s', (text, value) => {
    expect(parseParameter(text, anything)).toBe(value)
  })
  it.each(['', ' ', 'ten', '1.2.3', 'NaN', 'Infinity'])('are rejected if invalid: "%s"', (text) => {
    expect(parseParameter(text, anything)).toBeNull()
  })
  it('are clamped to their limits and rounded for integer fields', () => {
    expect(parseParameter('5000', { min: 1, max: 1024, integer: true })).toBe(1024)
    expect(parseParameter('-3', { min: 1, max: 1024, integer: true })).toBe(1)
    expect(parseParameter('2.6', { min: 1, max: 1024, integer: true })).toBe(3)
  })
})

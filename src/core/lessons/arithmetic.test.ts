import { expect, it } from 'vitest'
import { evaluate } from './arithmetic'

it.each([
  ['1 / sqrt(64)', 0.125],
  ['4 * 32^2', 4096],
  ['2^3^2', 512],
  ['-2^2', -4],
  ['10 - 4 - 3', 3],
  ['12 / 4 / 3', 1],
  ['2 * (3 + 0.5)', 7],
  ['(1 + 2 + 6) / 3', 3],
  ['sqrt(2) * sqrt(2)', 2],
])('%s = %d', (expression, value) => expect(evaluate(expression)).toBeCloseTo(value, 12))

it.each(['', '1 +', '(1', '1)', 'sqrt 4', '2 x', 'alert(1)', '1 2', '√4'])('%j is no number', (expression) => {
  expect(evaluate(expression)).toBeNaN()
})

import { expect, test } from 'vitest'
import type { Field } from '@core/fields'
import { pointsIn } from './listedPoints'

const fields: Field[] = [
  { name: 'learningRate', type: 'number', min: 0, max: 1, default: 0.1 },
  { name: 'mask', type: 'choice', choices: ['none', 'causal'], default: 'none' },
  { name: 'bias', type: 'boolean', default: true },
]

test('one point on each line, as people separate values', () => {
  expect(pointsIn('1e-3, causal, true\n\n 0.1； none 关\n', fields)).toEqual([
    [0.001, 'causal', true],
    [0.1, 'none', false],
  ])
})

test('what is no value of its setting stays as written, so that it is refused by name', () => {
  expect(pointsIn('fast, causal, perhaps', fields)).toEqual([['fast', 'causal', 'perhaps']])
  expect(pointsIn('0.1, causal, true, more', fields)).toEqual([[0.1, 'causal', true, 'more']])
})

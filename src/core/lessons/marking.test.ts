import { expect, it } from 'vitest'
import type { QuizOf } from './format'
import { isRight } from './marking'

const one: QuizOf = { type: 'one', answer: 2 }
const several: QuizOf = { type: 'several', answers: [0, 2] }
const number: QuizOf = { type: 'number', answer: '1 / sqrt(64)', within: 0.001 }
const order: QuizOf = { type: 'order' }

it.each<[QuizOf, unknown, boolean]>([
  [one, [2], true],
  [one, [0, 1, 2], true],
  [one, [2, 0], false],
  [one, [], false],
  [one, '2', false],
  [several, [2, 0], true],
  [several, [0], false],
  [several, [0, 1, 2], false],
  [several, { length: 2 }, false],
  [number, '0.125', true],
  [number, ' 1/8 ', true],
  [number, '1÷8', true],
  [number, '0.1259', true],
  [number, '0.127', false],
  [number, '', false],
  [number, 0.125, false],
  [order, [0, 1, 2], true],
  [order, [0, 1], false],
  [order, [1, 0, 2], false],
  [order, null, false],
])('%j answered by %j: %s', (quiz, answer, right) => expect(isRight(quiz, answer, 3)).toBe(right))

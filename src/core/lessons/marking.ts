/** Whether an answer is right, for the lesson that asks the question and for grading. */
import { z } from 'zod'
import { evaluate } from './arithmetic'
import type { QuizOf } from './format'

type Quiz = QuizOf

/** An answer that is a list of option numbers; empty where it is anything else. */
export const numbersOf = (answer: unknown): readonly number[] =>
  z.array(z.number().int().nonnegative()).max(100).safeParse(answer).data ?? []

/** A number, or an expression as lessons have them: 1/8 is as good as 0.125. NaN for anything else. */
export function valueOf(text: string): number {
  const cleaned = text
    .trim()
    .replaceAll('−', '-')
    .replaceAll('×', '*')
    .replaceAll('÷', '/')
    .replace(/,(?=\d{3}\b)/g, '')
  return cleaned === '' ? NaN : Number.isFinite(Number(cleaned)) ? Number(cleaned) : evaluate(cleaned)
}

const rules: { readonly [T in Quiz['type']]: (quiz: QuizOf<T>, answer: unknown, options: number) => boolean } = {
  /** The options that were tried, the last one last. */
  one: ({ answer: right }, answer) => numbersOf(answer).at(-1) === right,
  several: ({ answers }, answer) => {
    const chosen = new Set(numbersOf(answer))
    return chosen.size === new Set(answers).size && answers.every((each) => chosen.has(each))
  },
  number: ({ answer: expression, within }, answer) => {
    const expected = evaluate(expression)
    // Rounding of the arithmetic itself is no mistake of the learner's.
    const tolerance = within + 1e-9 * Math.abs(expected)
    return typeof answer === 'string' && answer.length <= 200 && Math.abs(valueOf(answer) - expected) <= tolerance
  },
  order: (_, answer, options) => {
    const order = numbersOf(answer)
    return order.length === options && order.every((option, index) => option === index)
  },
}

/** `options` is the number of options in the text. */
export const isRight = (quiz: Quiz, answer: unknown, options: number): boolean =>
  (rules[quiz.type] as (quiz: Quiz, answer: unknown, options: number) => boolean)(quiz, answer, options)

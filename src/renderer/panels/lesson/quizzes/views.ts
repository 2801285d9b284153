/** One component for each type of question. */
import type { Component } from 'vue'
import type { z } from 'zod'
import type { quizSchema } from '@core/lessons/format'
import NumberQuiz from './NumberQuiz.vue'
import OneQuiz from './OneQuiz.vue'
import OrderQuiz from './OrderQuiz.vue'
import SeveralQuiz from './SeveralQuiz.vue'

type Quiz = z.output<typeof quizSchema>
export type QuizOf<T extends Quiz['type']> = Extract<Quiz, { type: T }>

export const quizViews: { readonly [T in Quiz['type']]: Component } = {
  one: OneQuiz,
  several: SeveralQuiz,
  number: NumberQuiz,
  order: OrderQuiz,
}

/** Options by number; answers come from files, so they may be anything. */
export const numbersOf = (answer: unknown): readonly number[] =>
  Array.isArray(answer) ? answer.filter((each) => typeof each === 'number') : []

/** One component for each type of question. */
import type { Component } from 'vue'
import type { QuizOf } from '@core/lessons/format'
import NumberQuiz from './NumberQuiz.vue'
import OneQuiz from './OneQuiz.vue'
import OrderQuiz from './OrderQuiz.vue'
import SeveralQuiz from './SeveralQuiz.vue'

export const quizViews: { readonly [T in QuizOf['type']]: Component } = {
  one: OneQuiz,
  several: SeveralQuiz,
  number: NumberQuiz,
  order: OrderQuiz,
}

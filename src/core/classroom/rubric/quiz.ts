/** The questions of a lesson: points in proportion to the right answers. */
import { z } from 'zod'
import { isRight } from '../../lessons/marking'
import { identifier } from '../files'
import { because, common, defineItem } from './define'

export const quiz = defineItem({
  schema: z.strictObject({
    ...common,
    is: z.literal('quiz'),
    lesson: identifier,
    /** All questions of the lesson if none are named. */
    pieces: z.array(identifier).max(50).default([]),
  }),
  judge({ lesson, pieces }, evidence) {
    const questions = evidence.questions(lesson)
    if (!questions) return { share: null, because: because('mark.no-lesson', { lesson }) }
    const asked = Object.entries(questions).filter(([piece]) => pieces.length === 0 || pieces.includes(piece))
    const answers = evidence.progress(lesson)?.answers ?? {}
    const right = asked.filter(([piece, { quiz: question, options }]) => isRight(question, answers[piece], options)).length
    return {
      share: asked.length === 0 ? 0 : right / asked.length,
      because: because('mark.quiz', { lesson, right, count: asked.length }),
    }
  },
})

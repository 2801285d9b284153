/** An answer in the pupil's own words, which a person marks. */
import { z } from 'zod'
import { identifier } from '../files'
import { because, common, defineItem } from './define'

export const words = defineItem({
  schema: z.strictObject({ ...common, is: z.literal('words'), lesson: identifier, piece: identifier }),
  judge({ lesson, piece }, evidence) {
    const answer = evidence.progress(lesson)?.answers[piece]
    const isGiven = typeof answer === 'string' && answer.trim() !== ''
    return isGiven
      ? { share: null, because: because('mark.by-hand', { lesson }), shown: answer.slice(0, 10_000) }
      : { share: 0, because: because('mark.no-words', { lesson }) }
  },
})

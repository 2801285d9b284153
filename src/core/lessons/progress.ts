/** What a learner has done in a lesson: kept after every step, so that leaving in the middle loses nothing. */
import { z } from 'zod'
import { bounded } from '../bounded'

/** By piece: the option that was chosen, the numbers of a guess, the learner's own words. */
const answers = bounded(z.record(z.string().max(64), z.unknown()), { values: 20_000, characters: 1_000_000, levels: 8 })

export const lessonProgress = z.object({
  /** The screen it was left on, from 0. */
  screen: z.number().int().nonnegative(),
  /** Pieces that are completed. */
  done: z.array(z.string().max(64)).max(500),
  answers,
  /** Milliseconds since 1970. */
  time: z.number(),
})
export type LessonProgress = z.output<typeof lessonProgress>

export const noProgress: LessonProgress = { screen: 0, done: [], answers: {}, time: 0 }

/** Work that shows: so many runs, of so many steps each. */
import { z } from 'zod'
import { identifier } from '../files'
import { because, common, defineItem, notHandedIn } from './define'

export const work = defineItem({
  schema: z.strictObject({
    ...common,
    is: z.literal('work'),
    assignment: identifier,
    runs: z.number().int().min(1).max(200).default(1),
    steps: z.number().int().min(1).default(1),
  }),
  judge({ assignment, runs, steps }, evidence) {
    const graded = evidence.assignment(assignment)
    if (!graded) return notHandedIn(assignment)
    const found = graded.runs.filter((taken) => taken >= steps).length
    return { share: Math.min(1, found / runs), because: because('mark.work', { found, runs, steps }) }
  },
})

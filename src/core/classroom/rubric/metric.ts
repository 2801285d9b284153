/** A metric of the trained model within a band: on the validation set, or on hidden data. */
import { z } from 'zod'
import { identifier } from '../files'
import { because, common, defineItem, notHandedIn } from './define'

export const metric = defineItem({
  schema: z
    .strictObject({
      ...common,
      is: z.literal('metric'),
      assignment: identifier,
      metric: z.string().max(64),
      atLeast: z.number().optional(),
      atMost: z.number().optional(),
      /** Name of hidden data of the kit; without it, the validation set. */
      on: identifier.optional(),
    })
    .refine(({ atLeast, atMost }) => atLeast !== undefined || atMost !== undefined, 'needs atLeast or atMost'),
  judge({ assignment, metric: name, atLeast = -Infinity, atMost = Infinity, on }, evidence) {
    const graded = evidence.assignment(assignment)
    if (!graded) return notHandedIn(assignment)
    const { model } = graded
    if (!model) return { share: null, because: because('mark.no-model', { assignment }) }
    const metrics = on === undefined ? model.validation : model.hidden[on]
    if (!metrics) return { share: null, because: because('mark.hidden', { assignment }) }
    const value = metrics[name]
    if (value === undefined) return { share: 0, because: because('mark.no-metric', { metric: name, assignment }) }
    // Metrics are kept in float32, where 0.9 is slightly less than 0.9.
    const isMet = value >= Math.fround(atLeast) && value <= Math.max(atMost, Math.fround(atMost))
    const asked = [atLeast > -Infinity ? `≥ ${atLeast}` : '', atMost < Infinity ? `≤ ${atMost}` : ''].filter(Boolean).join(', ')
    const code = on === undefined ? 'mark.metric' : 'mark.metric-hidden'
    return { share: isMet ? 1 : 0, because: because(code, { metric: name, found: Number(value.toPrecision(4)), asked }) }
  },
})

/** Properties of the graph: all of them, or no points. */
import { z } from 'zod'
import { identifier } from '../files'
import { predicate, satisfies } from '../predicates'
import { because, common, defineItem, notHandedIn } from './define'

export const graph = defineItem({
  schema: z.strictObject({
    ...common,
    is: z.literal('graph'),
    assignment: identifier,
    needs: z.array(predicate).min(1).max(20),
  }),
  judge({ assignment, needs }, evidence) {
    const graded = evidence.assignment(assignment)
    if (!graded) return notHandedIn(assignment)
    const { lab, signature, analysis } = graded
    const [problem] = analysis.problems
    if (problem) return { share: 0, because: problem }
    const missed = needs.find((need) => !satisfies(need, { lab, signature, analysis }))
    if (!missed) return { share: 1, because: because('mark.graph', { count: needs.length }) }
    const { is } = missed
    if (is === 'causal') return { share: 0, because: because('mark.not-causal') }
    if (is === 'parameters')
      return { share: 0, because: because('mark.parameters', { count: analysis.parameters, most: missed.atMost }) }
    const kinds = missed.kinds.join(', ')
    if (is === 'avoids') return { share: 0, because: because('mark.avoids', { kinds }) }
    return { share: 0, because: because('mark.uses', { kinds, minimum: missed.atLeast }) }
  },
})

/** What a list of kits shows of one. */
import type { KitSummary } from '@core/contract/kits'
import type { Kit } from './kit'

export function summaryOf(kit: Kit): KitSummary {
  const { id, title, summary, due, lessons, lessonsInOrder, assignments, rubric } = kit.manifest
  return {
    ...{ id, title, summary, due, lessons, lessonsInOrder, isTeachers: kit.isTeachers },
    assignments: assignments.map((each) => {
      const { id, title, text, locks } = each
      const lab = kit.labOf(each)
      return { id, title, text, locks, lab: lab.title, task: lab.task.kind }
    }),
    points: rubric.reduce((sum, { points }) => sum + points, 0),
  }
}

/** What a list of kits shows of one. */
import type { KitSummary } from '@core/contract/kits'
import type { Kit } from './kit'

export function summaryOf(kit: Kit): KitSummary {
  const { id, title, summary, due, lessons, assignments, rubric } = kit.manifest
  return {
    ...{ id, title, summary, due, lessons, isTeachers: kit.isTeachers },
    assignments: assignments.map((each) => ({ id: each.id, title: each.title, text: each.text, lab: kit.labOf(each).title })),
    points: rubric.reduce((sum, { points }) => sum + points, 0),
  }
}

/** How a lab stands while a lesson is played through: which pieces change it, and how. */
import { applyEdit, type Edit } from '@core/graph/edit'
import { experimentOf } from '@core/sweeps/source'
import { labDocument, type LabDocument } from '@core/lab/document'
import { fulfil, type Condition, type Situation } from '@core/lessons/conditions'
import { LabError } from '@core/errors'
import type { Labs } from '../service/labs'
import type { LessonFolder } from './read'

/** A lab of the lesson's own, of the gallery, or a variation of an experiment. Throws LabError where there is none. */
export async function findLessonLab(name: string, folder: LessonFolder, labs: Labs): Promise<LabDocument> {
  const [experiment = '', variation] = name.split('/')
  if (variation === undefined) return folder.labs.get(name) ?? labs.read(name)
  const { variations } = experimentOf(experiment)
  const found = variations.find(({ id }) => id === variation)
  if (!found) throw new LabError('lab.unknown', { id: name, known: variations.map(({ id }) => id).join(', ') })
  return found.lab
}

/** The lab after the edits, the same object if they change nothing; null where they make something that is no lab. */
export function edited(lab: LabDocument, edits: readonly Edit[]): LabDocument | null {
  const next = edits.reduce(applyEdit, lab)
  if (next === lab) return lab
  const parsed = labDocument.safeParse(next)
  return parsed.success ? parsed.data : null
}

export const beginning = (lab: LabDocument): Situation => ({ lab, run: null, mutes: {}, selected: [] })

/**
 * The situation after "do it for me", as far as it can be known without training: a run is assumed to take all of its steps and to reach
 * the goal of the lab. Null where an edit makes something that is no lab.
 */
export function fulfilled(condition: Condition, edits: readonly Edit[] | undefined, before: Situation): Situation | null {
  if (edits) {
    const lab = edited(before.lab, edits)
    return lab && { ...before, lab, run: null }
  }
  let after = before
  for (const deed of fulfil(condition)) {
    if (deed.do === 'edit') {
      const lab = edited(after.lab, [deed.edit])
      if (!lab) return null
      after = { ...after, lab, run: null }
    } else if (deed.do === 'train') {
      const { goal, training } = after.lab
      after = { ...after, run: { step: training.steps, metrics: goal ? { [goal.metric]: goal.atLeast } : {} } }
    } else if (deed.do === 'mute') {
      after = { ...after, mutes: { ...after.mutes, [deed.gate]: muted(deed.index) } }
    } else after = { ...after, selected: [deed.node] }
  }
  return after
}

const muted = (index = 0): number[] => Array.from({ length: index + 1 }, (_, each) => (each === index ? 0 : 1))

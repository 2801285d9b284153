/** Composes an experiment of one's own: variations of a lab that differ in one setting, or several labs, with at most one claim. */
import type { LabDocument, LocalText } from '../lab/document'
import { experimentFile, type ExperimentFile } from './file'
import type { MeasureName } from './measures'
import { above, near } from './types'

/** A lab of an experiment, with the name of the variation. */
export interface NamedLab {
  readonly title: LocalText
  readonly lab: LabDocument
}

/** One variation compared with another, by index, in the measure. */
export interface ComposedClaim {
  readonly text: LocalText
  readonly measure: MeasureName
  readonly is: 'higher' | 'lower' | 'near'
  readonly left: number
  readonly right: number
  /** Least difference, or the largest for `near`. */
  readonly by: number
}

export interface Composition {
  readonly title: LocalText
  readonly labs: readonly NamedLab[]
  readonly measures: readonly MeasureName[]
  readonly steps: number
  readonly quickSteps: number
  readonly claim: ComposedClaim | null
}

const idOf = (index: number): string => `variation-${index + 1}`

export function composeExperiment({ title, labs, measures, steps, quickSteps, claim }: Composition): ExperimentFile {
  return experimentFile.parse({
    format: 'attention-lab-experiment',
    version: 1,
    title,
    variations: labs.map((each, index) => ({ id: idOf(index), title: each.title, lab: each.lab, steps, quickSteps })),
    measures,
    claims: claim ? [{ id: 'claim', text: claim.text, rules: [ruleOf(claim)] }] : [],
  })
}

function ruleOf({ measure, is, left, right, by }: ComposedClaim) {
  const [one, other] = [left, right].map((index) => ({ measure, of: idOf(index) })) as [Of, Of]
  if (is === 'near') return near(one, other, by)
  return is === 'higher' ? above(one, other, by) : above(other, one, by)
}
interface Of {
  readonly measure: MeasureName
  readonly of: string
}

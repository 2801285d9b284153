/** What is chosen in a confusion matrix or a table of classes, and the samples it leads to. */
import type { Confusion } from '@core/contract/look'
import type { Samples } from '@core/metrics/sample-list'

/** A cell of the matrix or a class, by class ids. */
export type Chosen = { readonly target: number; readonly prediction: number } | { readonly id: number }

const outcomes = ['missed', 'spurious', 'hit'] as const

export interface SampleGroup extends Samples {
  /** How the class was predicted in them; null for a cell of the matrix. */
  readonly outcome: (typeof outcomes)[number] | null
}

/** Groups of samples, mistakes first. A cell without predictions gives an empty group. */
export function groupsOf({ classes, cells }: Confusion, chosen: Chosen): SampleGroup[] {
  if (!('id' in chosen)) {
    const cell = cells.find(({ target, prediction }) => target === chosen.target && prediction === chosen.prediction)
    return [{ outcome: null, count: cell?.count ?? 0, samples: cell?.samples ?? [] }]
  }
  const found = classes.find(({ id }) => id === chosen.id)
  return found ? outcomes.map((outcome) => ({ outcome, ...found[outcome] })) : []
}

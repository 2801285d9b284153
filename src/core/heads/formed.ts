/** When a head formed: the step from which on its score keeps its threshold. */
import type { Points } from '../series/series'

export interface Formed {
  /** The first of the given steps from which on the score is at or above the threshold at every one of them, up to the last. */
  readonly step: number
  /** The given step before it, with a lower score; null if there is none. The crossing lies between both. */
  readonly after: number | null
}

/**
 * Null if the last score is below the threshold. Steps at which the score is NaN, because it is not defined, interrupt nothing but are no step at
 * which a head forms.
 */
export function formedAt({ steps, values }: Points, atLeast: number): Formed | null {
  let formed: Formed | null = null
  let last: number | null = null
  for (let index = 0; index < steps.length; index++) {
    const [step, value] = [steps[index]!, values[index]!]
    if (Number.isNaN(value)) continue
    if (value < atLeast) formed = null
    else formed ??= { step, after: last }
    last = step
  }
  return formed
}

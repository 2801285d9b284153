/** What the logit lens found, as texts. */
import type { Lens } from '@core/contract/look'
import { tokenText } from '@core/tokenisers/token-text'

export interface Guess {
  readonly id: number
  readonly text: string
  readonly probability: number
}

/** The most probable classes of a layer at a position, at most `count`. */
export function guessesOf(lens: Lens, layer: number, position: number, classes: readonly string[], count: number): Guess[] {
  const found = lens.layers[layer]
  if (!found || position < 0 || position >= lens.positions) return []
  const from = position * lens.top
  return Array.from({ length: Math.min(count, lens.top) }, (_, index) => {
    const id = found.classes[from + index]!
    return { id, text: tokenText(classes[id]), probability: Math.exp(found.logProbabilities[from + index]!) }
  })
}

/** Of many positions, those around the chosen one: from (inclusive), to (exclusive). */
export function windowAround(position: number, positions: number, most: number): readonly [from: number, to: number] {
  const from = Math.max(0, Math.min(position - Math.floor(most / 2), positions - most))
  return [from, Math.min(positions, from + most)]
}

/** The scores of a head, in the order of the table. Their names and definitions are texts of the page; the source is cited here. */
import { distance } from './distance'
import { diversity } from './diversity'
import { duplicate } from './duplicate'
import { entropy } from './entropy'
import { first } from './first'
import { induction } from './induction'
import { previous } from './previous'
import type { RowScore } from './rows'
import { self } from './self'

/** What a score is computed from. */
type Basis =
  /** Attention weights on validation samples, or on repeated random tokens. */
  | { readonly on: 'samples' | 'repeats'; readonly row: RowScore }
  /** The weight matrices. */
  | { readonly on: 'weights' }
  /** Validation metrics with the head muted. */
  | { readonly on: 'muting' }

export type HeadScore = Basis & {
  /** `share` is shown in percent. */
  readonly unit: 'share' | 'nats' | 'tokens' | 'number'
  /** Whether it compares positions of queries and keys, so that both must be of one sequence. */
  readonly compares?: true
  readonly source: string
  /** From which value on a head counts as one of this kind, and whose criterion that is. Absent for what is a matter of degree. */
  readonly formed?: { readonly atLeast: number; readonly source: string }
}

/**
 * Several times what even attention would give, yet in reach of heads whose queries do not all have anything to find: the threshold of the detectors for
 * current, previous and first tokens and for induction in ARENA 3.0, chapter 1.2 (McDougall & Nanda 2023). Duplicates are measured in the same way.
 */
const much = { atLeast: 0.4, source: 'McDougall & Nanda 2023' } as const
/** Three quarters of the eigenvalues, by magnitude, are positive if all are real: “mostly positive” in Elhage et al. 2021 has no number. */
const positive = { atLeast: 0.5, source: 'Elhage et al. 2021' } as const

export const headScores = {
  entropy: { on: 'samples', row: entropy, unit: 'nats', source: 'Clark et al. 2019' },
  distance: { on: 'samples', row: distance, unit: 'tokens', compares: true, source: 'Vig & Belinkov 2019' },
  self: { on: 'samples', row: self, unit: 'share', compares: true, source: 'Clark et al. 2019', formed: much },
  first: { on: 'samples', row: first, unit: 'share', source: 'Clark et al. 2019', formed: much },
  previous: { on: 'samples', row: previous, unit: 'share', compares: true, source: 'Voita et al. 2019', formed: much },
  induction: { on: 'repeats', row: induction, unit: 'share', compares: true, source: 'Olsson et al. 2022', formed: much },
  duplicate: { on: 'repeats', row: duplicate, unit: 'share', compares: true, source: 'Wang et al. 2023', formed: much },
  copying: { on: 'weights', unit: 'number', source: 'Elhage et al. 2021', formed: positive },
  importance: { on: 'muting', unit: 'number', source: 'Michel et al. 2019' },
  accuracyDrop: { on: 'muting', unit: 'share', source: 'Michel et al. 2019' },
  diversity: { on: 'samples', row: diversity, unit: 'nats', source: 'Clark et al. 2019' },
} as const satisfies Readonly<Record<string, HeadScore>>
export type HeadScoreName = keyof typeof headScores

export const headScoreNames = Object.keys(headScores) as HeadScoreName[]

/** From which value on a head has formed; null for scores that are a matter of degree. */
export function formedFrom(name: HeadScoreName): number | null {
  const score: HeadScore = headScores[name]
  return score.formed?.atLeast ?? null
}

/** Those with a threshold. */
export const formingScores = headScoreNames.filter((name) => formedFrom(name) !== null)

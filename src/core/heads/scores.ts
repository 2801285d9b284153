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
}

export const headScores = {
  entropy: { on: 'samples', row: entropy, unit: 'nats', source: 'Clark et al. 2019' },
  distance: { on: 'samples', row: distance, unit: 'tokens', compares: true, source: 'Vig & Belinkov 2019' },
  self: { on: 'samples', row: self, unit: 'share', compares: true, source: 'Clark et al. 2019' },
  first: { on: 'samples', row: first, unit: 'share', source: 'Clark et al. 2019' },
  previous: { on: 'samples', row: previous, unit: 'share', compares: true, source: 'Voita et al. 2019' },
  induction: { on: 'repeats', row: induction, unit: 'share', compares: true, source: 'Olsson et al. 2022' },
  duplicate: { on: 'repeats', row: duplicate, unit: 'share', compares: true, source: 'Wang et al. 2023' },
  copying: { on: 'weights', unit: 'number', source: 'Elhage et al. 2021' },
  importance: { on: 'muting', unit: 'number', source: 'Michel et al. 2019' },
  accuracyDrop: { on: 'muting', unit: 'share', source: 'Michel et al. 2019' },
  diversity: { on: 'samples', row: diversity, unit: 'nats', source: 'Clark et al. 2019' },
} as const satisfies Readonly<Record<string, HeadScore>>
export type HeadScoreName = keyof typeof headScores

export const headScoreNames = Object.keys(headScores) as HeadScoreName[]

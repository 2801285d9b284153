/** Order of the heads in the table. */
import type { ScoredHead } from '@core/contract/heads'
import { headScoreNames, headScores, type HeadScoreName } from '@core/heads/scores'

export interface Order {
  /** null for the order of the model. */
  readonly by: HeadScoreName | null
  readonly descending: boolean
}

/** The score whose course is shown: that of the order, unless that is none, or one that was not computed over time. */
export function courseFor({ by }: Order, hasMuted: boolean): HeadScoreName {
  return by === null || !courseScores(hasMuted).includes(by) ? 'induction' : by
}
/** Those that are computed over time: what muting costs only on request. */
export const courseScores = (hasMuted: boolean): readonly HeadScoreName[] =>
  headScoreNames.filter((name) => hasMuted || headScores[name].on !== 'muting')

/** A column begins with its largest values; chosen again, with its smallest. */
export function ordered(by: HeadScoreName | null, now: Order): Order {
  return now.by === by ? { by, descending: !now.descending } : { by, descending: by !== null }
}

/** Heads without this score, or with NaN, come last in either direction. Equal ones keep the order of the model. */
export function sortedHeads(heads: readonly ScoredHead[], { by, descending }: Order): readonly ScoredHead[] {
  if (by === null) return descending ? heads.toReversed() : heads
  const valueOf = ({ scores }: ScoredHead): number | null => {
    const value = scores[by]
    return typeof value === 'number' && !Number.isNaN(value) ? value : null
  }
  return heads.toSorted((a, b) => {
    const [left, right] = [valueOf(a), valueOf(b)]
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    return descending ? right - left : left - right
  })
}

/** Largest magnitude of each score, for the shades of its column. */
export function largestOf(heads: readonly ScoredHead[], score: HeadScoreName): number {
  return heads.reduce((most, { scores }) => {
    const value = scores[score]
    return typeof value === 'number' && Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most
  }, 0)
}

/** Scores and circuits of attention heads. */
import { z } from 'zod'
import type { HeadAbsence } from '../heads/blocks'
import type { HeadScoreName } from '../heads/scores'

/**
 * Whether heads are muted one after another too. Measured on the lab `induction` (8 heads): 0.35 s for all other scores, 0.9 s with muting; the share of
 * muting grows with the number of heads.
 */
export const muting = z.boolean().default(true)

/** A head by its block in the expanded graph and its index. */
export const headRef = z.strictObject({ block: z.string().max(200), head: z.number().int().nonnegative().max(4096) })
export type HeadRef = z.infer<typeof headRef>

export interface ScoredHead extends HeadRef {
  /** Each score, or why it is not defined for this head. NaN if the model has weights that are not finite. */
  readonly scores: Readonly<Record<HeadScoreName, number | HeadAbsence>>
}

export interface HeadReport {
  /** Training steps behind the weights. */
  readonly step: number
  /** Validation samples behind the scores of attention patterns. */
  readonly samples: number
  /** Validation samples evaluated with each head muted; 0 if none was. */
  readonly evaluated: number
  /** In the order in which the model computes them; empty if no block has heads. */
  readonly heads: readonly ScoredHead[]
}

/** A matrix over the vocabulary, of at most {@link mostCircuitTokens} rows and columns: the first ones. */
export interface Circuit {
  /** Row-major, (rows, columns). */
  readonly data: Float32Array
  /** Texts of the tokens, or classes for the columns of an OV circuit. */
  readonly rows: readonly string[]
  readonly columns: readonly string[]
  /** Number of all rows and columns. */
  readonly rowsInAll: number
  readonly columnsInAll: number
}
export const mostCircuitTokens = 1000

/** Each circuit, or why the model has none. */
export interface HeadCircuits {
  readonly step: number
  /** Attention score of each query token (row) for each key token (column). */
  readonly queryKey: Circuit | HeadAbsence
  /** What attending to each token (row) adds to each logit (column). */
  readonly outputValue: Circuit | HeadAbsence
}

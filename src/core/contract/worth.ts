/** What each block and each head is worth: the validation metrics with it muted, one after another. */
import type { Scores } from './look'

/** Maximum number of parts muted in turn. */
export const mostParts = 600

export interface PartWorth {
  readonly gate: string
  /** Index among the gate's values; null for all of them. */
  readonly index: number | null
  /** Rise of the validation loss when muted. */
  readonly importance: number
  /** Drop of the accuracy, as a share; null for tasks without accuracy. */
  readonly accuracyDrop: number | null
}

/** Not recorded in the run. */
export interface Worth {
  /** Training steps behind the weights. */
  readonly step: number
  /** Validation samples evaluated with each part muted. */
  readonly evaluated: number
  /** With nothing muted but what the request mutes. */
  readonly whole: Scores
  /** In the order in which the model computes them. Parts that the request mutes are left out. */
  readonly parts: readonly PartWorth[]
}

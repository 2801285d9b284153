/** Activation patching: one activation of a first input is put into the run over a second one, place by place. */
import { z } from 'zod'
import { lookInput, mutes } from './look'

/** Maximum number of places tried in one answer. */
export const mostPlaces = 20_000
/** Number of most probable classes sent for each distribution. */
export const mostAnswers = 6

export const patchRequest = z.strictObject({
  /** The donor. */
  a: lookInput,
  /** The receiver, of the same length. Where the model generates a sequence and none is given, both read what it generates for `a`. */
  b: lookInput,
  /** Where the answer is read; by default where it differs most. Ignored for tasks with one answer for the whole sequence. */
  position: z.number().int().nonnegative().max(4096).nullable().default(null),
  mutes: mutes.default({}),
})
export type PatchRequest = z.infer<typeof patchRequest>
/** With the defaults left out. */
export type PatchRequestInput = z.input<typeof patchRequest>

/** One of the two inputs, as the model reads it. */
export interface PatchInput {
  readonly tokens: Int32Array
  readonly unknown: readonly number[]
  readonly source: Int32Array | null
  readonly unknownInSource: readonly number[]
}

/** Predicted distributions over the classes at one position: of A, of B, then one for each place, row by row. */
export interface Distributions {
  /** In nats. */
  readonly entropy: Float32Array
  /** Log-probability of the answer. */
  readonly answer: Float32Array
  /** Classes and probabilities of the most probable ones, most probable first: (distribution, top). */
  readonly classes: Int32Array
  readonly probabilities: Float32Array
  /** Number of classes for each distribution. */
  readonly top: number
}

/** An output of a block, or a head, at every position. */
export interface PatchRow {
  /** Name of the block in the expanded graph. */
  readonly block: string
  /** Output port; `heads` for a head. */
  readonly part: string
  readonly head: number | null
  /** The task's sequence that its positions are of; null for other positions, and for an output without positions. */
  readonly sequence: 'tokens' | 'source' | null
  /** Share of the answer's log-probability restored, (log p_patched − log p_B) / (log p_A − log p_B), for each position. */
  readonly effects: Float32Array
  /** Index of the first one among the distributions. */
  readonly first: number
}

export interface PatchReport {
  /** Training steps behind the weights. */
  readonly step: number
  readonly a: PatchInput
  readonly b: PatchInput
  /** Where the answer is read; null if there is one for the whole sequence. */
  readonly position: number | null
  /** The most probable class of A there. */
  readonly answer: number
  /** In the order in which the model computes them. */
  readonly rows: readonly PatchRow[]
  readonly distributions: Distributions
}

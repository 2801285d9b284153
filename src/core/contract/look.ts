/** Looking at a model: which inputs it is given, what is changed on the way, and which values are returned. */
import { z } from 'zod'

const longestText = 100_000
const longestSequence = 4096
/** Inputs of one look; they go through the model as one batch. */
export const mostInputs = 64
/** Numbers of one answer: 16 MB. */
export const mostNumbers = 4_000_000

const ids = z.array(z.number().int().nonnegative()).max(longestSequence)

/** A validation sample by its index, or one's own text or token ids. `source` is the second sequence, where the model reads one. */
export const lookInput = z.union([
  z.strictObject({ sample: z.number().int().nonnegative() }),
  z.strictObject({ text: z.string().max(longestText), source: z.string().max(longestText).nullable().default(null) }),
  z.strictObject({ tokens: ids, source: ids.nullable().default(null) }),
])
export type LookInput = z.infer<typeof lookInput>

/** Multipliers by gate (`block/gate`): 0 mutes, 1 leaves as it is. */
export const mutes = z.record(z.string().max(200), z.array(z.number().min(0).max(1)).max(4096))
export type Mutes = z.infer<typeof mutes>

/** By the name of an axis: one index, which drops the axis, or a range from (inclusive) to (exclusive). */
const index = z.number().int().nonnegative()
export const slice = z.record(z.string().max(64), z.union([index, z.tuple([index, index])]))
export type Slice = z.infer<typeof slice>

/**
 * A probe (`attention/weights`), a state (`attention/query`), the gradient or the coming update of a weight (`gradient/attention/query`,
 * `update/attention/query`), or an operation's output (`attention/3-softmax`). Where a probe has the name of a weight, as `attention/output`
 * does, `weight/attention/output` is the weight.
 */
export const lookValue = z.strictObject({ name: z.string().max(200), slice: slice.optional() })
export type LookValue = z.infer<typeof lookValue>

export const lookRequest = z.strictObject({
  inputs: z.array(lookInput).min(1).max(mostInputs),
  /** Index of the input whose values are returned. */
  focus: z.number().int().nonnegative().default(0),
  mutes: mutes.default({}),
  values: z.array(lookValue).max(4000).default([]),
})
export type LookRequest = z.infer<typeof lookRequest>

/** `axes` are the field's names: head, query, key, token, feature, input, output, … One size for each. */
export interface Tensor {
  readonly axes: readonly string[]
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/**
 * One input with what the model makes of it; padding is cut off. Targets and predictions are what the model predicts: a class for each
 * token, one class, 1 or 0 for each class, or one number.
 */
export interface Seen {
  readonly tokens: Int32Array
  /** Places in `tokens` that stand for what the tokeniser does not know. */
  readonly unknown: readonly number[]
  /** The second sequence, where the model reads one. */
  readonly source: Int32Array | null
  readonly unknownInSource: readonly number[]
  /** (token, feature), where numbers come with the tokens. */
  readonly features: Float32Array | null
  /** Null where the right answer is not known, as for a text that was typed in. */
  readonly targets: Int32Array | Float32Array | null
  readonly predictions: Int32Array | Float32Array
  /** Probability of each prediction, or of each class where there are several; null where a number is predicted. */
  readonly probabilities: Float32Array | null
  /** (token), 1 where the model is asked, if that is not everywhere. */
  readonly scored: Float32Array | null
}

export interface Look {
  /** Training steps behind the weights that were looked at. */
  readonly step: number
  /** One for each input. */
  readonly seen: readonly Seen[]
  readonly values: Readonly<Record<string, Tensor>>
  /** Names among the wanted values that the model does not have. */
  readonly missing: readonly string[]
}

/** Figures over the validation set. */
export interface Scores {
  readonly loss: number
  /** By the names in core/metrics/table.ts, in its order. */
  readonly metrics: Readonly<Record<string, number>>
}

/** What a change is worth: an answer, never part of a run's record. */
export interface Comparison {
  readonly step: number
  /** Validation samples that were evaluated. */
  readonly samples: number
  readonly plain: Scores
  readonly changed: Scores
  /** Samples that are wholly right as the model is, and not with the change: how many, and the first of them. */
  readonly broken: { readonly count: number; readonly samples: readonly number[] }
  /** Samples that are wholly right only with the change. */
  readonly mended: { readonly count: number; readonly samples: readonly number[] }
}

export const runId = z.string().regex(/^[a-z0-9-]{1,64}$/)
/** A model by where it comes from: a run, as it is now or at a step that is kept. */
export const modelRef = z.strictObject({
  run: runId,
  step: z.union([z.literal('now'), z.number().int().nonnegative()]).default('now'),
})
export type ModelRef = z.infer<typeof modelRef>

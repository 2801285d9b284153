/** Inspecting a model: its inputs, what is muted, and which values are returned. */
import { z } from 'zod'
import type { ConfusionSummary } from '../metrics/confusion'
import type { Samples } from '../metrics/sample-list'

const longestText = 100_000
const longestSequence = 4096
/** Maximum inputs of one look; they form one batch. */
export const mostInputs = 64
/** Maximum numbers in one answer: 16 MB. */
export const mostNumbers = 4_000_000

const ids = z.array(z.number().int().nonnegative()).max(longestSequence)

/** A validation sample by index, or text or token ids entered by the learner. `source` is the second sequence, if the model reads one. */
export const lookInput = z.union([
  z.strictObject({ sample: z.number().int().nonnegative() }),
  z.strictObject({ text: z.string().max(longestText), source: z.string().max(longestText).nullable().default(null) }),
  z.strictObject({ tokens: ids, source: ids.nullable().default(null) }),
])
export type LookInput = z.infer<typeof lookInput>

/** Maximum values of one gate: one for each neuron of the widest hidden layer. */
const mostMultipliers = 16_384
/** Multipliers by gate (`block/gate`): 0 mutes, 1 has no effect. */
export const mutes = z.record(z.string().max(200), z.array(z.number().min(0).max(1)).max(mostMultipliers))
export type Mutes = z.infer<typeof mutes>

/** By axis name: one index, which drops the axis, or a range from (inclusive) to (exclusive). */
const index = z.number().int().nonnegative()
export const slice = z.record(z.string().max(64), z.union([index, z.tuple([index, index])]))
export type Slice = z.infer<typeof slice>

/**
 * A probe (`attention/weights`), a state (`attention/query`), the gradient or next update of a weight (`gradient/attention/query`,
 * `update/attention/query`), or an operation's output (`attention/3-softmax`). If a probe and a weight share a name, as with
 * `attention/output`, `weight/attention/output` is the weight. `gradientNorm/attention` is the norm of the gradient of all weights of a block,
 * `gradientNorm/attention/y` that of d loss / d output; both are single numbers of the next training step.
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

/** `axes` are standard names: head, query, key, token, feature, input, output, … One size for each. */
export interface Tensor {
  readonly axes: readonly string[]
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/**
 * One input with the model's predictions, without padding. Targets and predictions have the format of the task: a class per token, one
 * class, 1 or 0 for each class, or one number.
 */
export interface Seen {
  readonly tokens: Int32Array
  /** Indices in `tokens` of tokens unknown to the tokeniser. */
  readonly unknown: readonly number[]
  /** The second sequence, if the model reads one. */
  readonly source: Int32Array | null
  readonly unknownInSource: readonly number[]
  /** Parts of a typed text that have no token and were left out; absent if there are none. */
  readonly leftOut?: readonly string[]
  /** (token, feature), if the task has numeric inputs. */
  readonly features: Float32Array | null
  /** Null if the target is unknown, as for entered text. */
  readonly targets: Int32Array | Float32Array | null
  readonly predictions: Int32Array | Float32Array
  /** Probability of each prediction, or of each class for several labels; null for a predicted number. */
  readonly probabilities: Float32Array | null
  /** (token), 1 where the model is evaluated; null if it is everywhere. */
  readonly scored: Float32Array | null
}

export interface Look {
  /** Training steps behind these weights. */
  readonly step: number
  /** One for each input. */
  readonly seen: readonly Seen[]
  readonly values: Readonly<Record<string, Tensor>>
  /** Requested names that the model does not have. */
  readonly missing: readonly string[]
}

/** Metrics over the validation set. */
export interface Scores {
  readonly loss: number
  /** In the order of core/metrics/table.ts and by its names. */
  readonly metrics: Readonly<Record<string, number>>
}

/** Effect of a change on the validation metrics. Not recorded in the run. */
export interface Comparison {
  readonly step: number
  /** Number of validation samples evaluated. */
  readonly samples: number
  readonly plain: Scores
  readonly changed: Scores
  /** Samples that are entirely right without the change only: their number, and the first of them. */
  readonly broken: Samples
  /** Samples that are entirely right with the change only. */
  readonly fixed: Samples
}

/** Which classes a model confuses on the validation set. Not recorded in the run. */
export interface Confusion extends ConfusionSummary {
  readonly step: number
  /** Number of validation samples evaluated. */
  readonly samples: number
}

/** Most probable classes of each layer and position. */
export const mostTop = 10

/** What a model would predict if its final norm and output block directly followed the output of a block (logit lens). */
export interface LensLayer {
  /** The block in the expanded graph. */
  readonly block: string
  /** (position, top): ids of the most probable classes, in that order. */
  readonly classes: Int32Array
  /** (position, top): their log-probabilities. */
  readonly logProbabilities: Float32Array
  /** (position): entropy of the whole distribution, in nats. */
  readonly entropies: Float32Array
}

/** The layers of a model for one input. Not recorded in the run. */
export interface Lens {
  readonly step: number
  /** The tokens that were read, without padding. */
  readonly tokens: Int32Array
  /** Number of predictions: one per token, or one per sequence. */
  readonly positions: number
  /** Number of classes listed per position: at most {@link mostTop}. */
  readonly top: number
  /** In the order of computation; the last one is the prediction of the model itself. */
  readonly layers: readonly LensLayer[]
}

export const runId = z.string().regex(/^[a-z0-9-]{1,64}$/)
/** A model by its run, now or after any step; with `nearest`, after the nearest step that is kept, which is there at once. */
export const modelRef = z.strictObject({
  run: runId,
  step: z.union([z.literal('now'), z.number().int().nonnegative()]).default('now'),
  nearest: z.boolean().default(false),
})
export type ModelRef = z.infer<typeof modelRef>

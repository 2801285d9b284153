/**
 * Predictions of a model for a text, in the terms of its task: classes, tags, labels, a number, the next token, or another
 * sequence.
 */
import type { LookInput, Mutes, Seen, Slice } from '@core/contract/look'
import { generationRequest } from '@core/contract/generation'
import { LabError } from '@core/errors'
import type { TaskSpec } from '@core/tasks/types'
import { decode, encode, type Tokeniser } from '@core/tokenisers'
import { generateFromSource } from '@engine/generation/from-source'
import { look } from '@engine/look/look'
import type { Model } from '@engine/model'
import { nodeSurroundings } from '../engine/surroundings'

export interface Question {
  readonly text: string
  /** Source of a model that generates from one; null if the text itself is the source, or there is none. */
  readonly source: string | null
}

/**
 * Predictions with their probabilities: `classes`, `labels` and `next` have the most probable first, `tokens` has one per
 * token.
 */
export interface Prediction {
  readonly kind: 'classes' | 'tokens' | 'labels' | 'number' | 'next' | 'written'
  /** The text as tokenised for the model. */
  readonly tokens: readonly string[]
  /** Positions in `tokens`, from 0, of unknown tokens. */
  readonly unknown: readonly number[]
  /** The source beside the text, if given. */
  readonly source?: { readonly tokens: readonly string[]; readonly unknown: readonly number[] }
  readonly predictions: readonly (string | number)[]
  /** One per prediction; null for a number. */
  readonly probabilities: readonly number[] | null
  /** For `labels`: the predicted ones, whose probability exceeds the threshold of the output block. */
  readonly given?: readonly string[]
  /** For `written`: the natural logarithm of its probability. */
  readonly logProbability?: number
}

/** Number of next tokens returned. */
const mostNext = 10
/** Beam width of the search for the most probable sequence. */
const beam = 4

/** Throws LabError for a text that the model cannot read. */
export async function predictionOf(
  model: Model,
  spec: TaskSpec,
  { text, source }: Question,
  mutes: Mutes = {},
): Promise<Prediction> {
  if (spec.source && source === null) return written(model, spec.source, text, mutes)
  // A look leaves out what has no token, and a window shows what that was; here it is refused.
  encode(spec.tokeniser, text)
  if (spec.source && source !== null) encode(spec.source, source)
  const input = { text, source }
  const [seen] = (await lookAt(model, input, mutes, [])).seen as [Seen]
  const asked = readAs(spec, seen)
  const probabilities = Array.from(seen.probabilities ?? [])
  if (spec.signature.causal) {
    const all = await distribution(model, input, mutes, { token: seen.tokens.length - 1 })
    return { kind: 'next', ...asked, ...ranked(spec.classes, all, mostNext) }
  }
  switch (spec.signature.aim) {
    case 'sequence':
      return { kind: 'classes', ...asked, ...ranked(spec.classes, await distribution(model, input, mutes, {})) }
    case 'tokens':
      return { kind: 'tokens', ...asked, predictions: Array.from(seen.predictions, (id) => spec.classes[id]!), probabilities }
    case 'labels': {
      const given = spec.classes.filter((_, index) => seen.predictions[index] === 1)
      return { kind: 'labels', ...asked, ...ranked(spec.classes, probabilities), given }
    }
    case 'number':
      return { kind: 'number', ...asked, predictions: Array.from(seen.predictions), probabilities: null }
  }
}

function lookAt(model: Model, input: LookInput, mutes: Mutes, values: readonly { name: string; slice: Slice }[]) {
  return look({ model, task: null }, { inputs: [input], focus: 0, mutes, values: [...values] })
}

/** Probabilities of all classes, by index: the output of the output block, at one position if it has one per token. */
async function distribution(model: Model, input: LookInput, mutes: Mutes, slice: Slice): Promise<readonly number[]> {
  const { probes } = model.program('inspect', { batch: 1 }).program
  const { name } = probes.find((probe) => probe.name.endsWith('/probabilities'))!
  const { values } = await lookAt(model, input, mutes, [{ name, slice }])
  return Array.from(values[name]!.data)
}

function ranked(classes: readonly string[], probabilities: readonly number[], most = classes.length) {
  const order = [...classes.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!).slice(0, most)
  return { predictions: order.map((id) => classes[id]!), probabilities: order.map((id) => probabilities[id]!) }
}

function readAs(spec: TaskSpec, { tokens, unknown, features, source, unknownInSource }: Seen) {
  const width = spec.signature.features
  const texts = Array.from(tokens, (id, at) => decode(spec.tokeniser, [id], features?.subarray(at * width, (at + 1) * width)))
  const read = source && spec.source ? { source: { tokens: textsOf(spec.source, source), unknown: unknownInSource } } : {}
  return { tokens: texts, unknown, ...read }
}

const textsOf = (tokeniser: Tokeniser, ids: Iterable<number>): string[] => Array.from(ids, (id) => decode(tokeniser, [id]))

/** The most probable sequence that beam search finds, with the text as source. */
async function written(model: Model, tokeniser: Tokeniser, text: string, mutes: Mutes): Promise<Prediction> {
  const { ids, unknown } = encode(tokeniser, text)
  if (ids.length === 0) throw new LabError('look.empty')
  const { written: found } = await generateFromSource(
    model,
    generationRequest.parse({ source: text, temperature: 0, beam, mutes }),
    nodeSurroundings,
  )
  const best = found[0]!
  const logProbability = best.logProbability!
  return {
    kind: 'written',
    ...{ tokens: textsOf(tokeniser, ids), unknown },
    predictions: [best.text],
    probabilities: [Math.exp(logProbability)],
    logProbability,
  }
}

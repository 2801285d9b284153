/** Inputs of a look as token sequences: validation samples by index, or typed texts or token ids. */
import type { LookInput } from '@core/contract/look'
import { LabError } from '@core/errors'
import type { Sample } from '@core/tasks/samples'
import type { Batch, TaskInstance } from '@core/tasks/types'
import { encode, type Tokeniser } from '@core/tokenisers'
import type { Encoded } from '@core/tokenisers/define'
import { evaluationBatch } from '../evaluation'
import type { Model } from '../model'

/** One sequence without padding. */
export interface Sequence extends Sample {
  readonly tokens: Int32Array
  readonly unknown: readonly number[]
  readonly source?: Int32Array
  readonly unknownInSource: readonly number[]
  /** Parts of a typed text that have no token. */
  readonly leftOut: readonly string[]
  /** Whether it has targets: validation samples do, typed texts and tokens do not. */
  readonly hasTargets: boolean
  /** Whether the model must generate the target sequence, as only the source was given. */
  readonly isFree: boolean
}

/** Throws LabError for inputs that the model cannot read. */
export function sequenceOf(model: Model, task: TaskInstance | null, input: LookInput): Sequence {
  if ('sample' in input) return sampleOf(model, task, input.sample)
  const { spec, signature } = model
  const read = (given: string | readonly number[], tokeniser: Tokeniser) =>
    typeof given === 'string' ? encodeKnown(tokeniser, given) : { ids: given, unknown: [], leftOut: [], features: [] }
  const own = read('text' in input ? input.text : input.tokens, spec.tokeniser)
  const { written } = signature
  const tokens = written && 'text' in input ? [written.begin, ...own.ids] : own.ids
  const shift = tokens.length - own.ids.length
  requireIds(tokens, signature)
  if (!signature.source) {
    if (input.source !== null) throw new LabError('look.no-source')
    requireWhole(model, tokens)
    return { ...ownSequence(tokens, own.unknown, own.features), unknownInSource: [], leftOut: own.leftOut }
  }
  if (input.source === null || input.source.length === 0) throw new LabError('look.needs-source')
  const source = read(input.source, spec.source ?? spec.tokeniser)
  requireIds(source.ids, signature.source)
  return {
    ...ownSequence(
      tokens,
      own.unknown.map((at) => at + shift),
      own.features,
    ),
    source: Int32Array.from(source.ids),
    unknownInSource: source.unknown,
    leftOut: [...source.leftOut, ...own.leftOut],
    isFree: own.ids.length === 0,
  }
}

/** Leaves out what has no token. Throws LabError, which names it, if that is everything. */
function encodeKnown(tokeniser: Tokeniser, text: string): Encoded {
  const found = encode(tokeniser, text, 'leave out')
  return found.ids.length === 0 ? encode(tokeniser, text) : found
}

function ownSequence(tokens: readonly number[], unknown: readonly number[], features: readonly number[]) {
  return { tokens: Int32Array.from(tokens), unknown, features, targets: [], hasTargets: false, isFree: false }
}

function requireIds(ids: readonly number[], { length, vocabulary }: { length: number; vocabulary: number }): void {
  if (ids.length === 0) throw new LabError('look.empty')
  if (ids.length > length) throw new LabError('look.too-long', { given: ids.length, limit: length })
  const stranger = ids.find((id) => id >= vocabulary)
  if (stranger !== undefined) throw new LabError('look.unknown-token', { id: stranger, count: vocabulary })
}

/** Without a mask, padding would be visible to the tokens of a short sequence. */
function requireWhole({ signature: { padded, causal, length } }: Model, tokens: readonly number[]): void {
  if (!padded && !causal && tokens.length < length) {
    throw new LabError('look.too-short', { given: tokens.length, wanted: length })
  }
}

/** A validation sample, as in evaluation. */
function sampleOf(model: Model, task: TaskInstance | null, sample: number): Sequence {
  if (!task) throw new LabError('look.no-task')
  const { validation } = task.spec
  if (sample >= validation) throw new LabError('look.no-sample', { sample, count: validation })
  const size = evaluationBatch(model.lab, task.spec)
  return rowOf(model, task.evaluationBatch(Math.floor(sample / size), size), sample % size)
}

function rowOf({ signature }: Model, batch: Batch, row: number): Sequence {
  const { aim, length, source, features, classes } = signature
  const part = <T extends Int32Array | Float32Array>(data: T, width: number, kept = width): T =>
    data.slice(row * width, row * width + kept) as T
  const real = realTokens(batch.mask && part(batch.mask, length), length)
  const targets = aim === 'tokens' ? part(batch.targets, length, real) : part(batch.targets, aim === 'labels' ? classes : 1)
  return {
    tokens: part(batch.tokens, length, real),
    unknown: [],
    targets,
    ...(source && batch.source && { source: sourceOf(batch, row, source.length) }),
    ...(batch.features && { features: part(batch.features, length * features, real * features) }),
    ...(batch.scored && { scored: part(batch.scored, length, real) }),
    unknownInSource: [],
    leftOut: [],
    hasTargets: true,
    isFree: false,
  }
}

function sourceOf({ source, sourceMask }: Batch, row: number, length: number): Int32Array {
  const own = (data: Float32Array) => data.subarray(row * length, (row + 1) * length)
  const real = realTokens(sourceMask && own(sourceMask), length)
  return source!.slice(row * length, row * length + real)
}

/** Number of tokens before the padding, which is at the end. */
function realTokens(mask: Float32Array | undefined, length: number): number {
  const end = mask ? mask.indexOf(0) : -1
  return end < 0 ? length : end
}

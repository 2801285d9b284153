/**
 * Activation patching (Meng et al. 2022; Wang et al. 2023): the model runs over input B with one activation replaced by that of input A, and
 * the effect is how much of the log-probability of A's answer returns. The last sequence of each batch is A and all others are B, each with
 * another place patched, so one pass tries as many places as the batch has room for.
 */
import type { Signal } from '@core/contract/cancel'
import { mostPlaces, type PatchInput, type PatchReport, type PatchRequest, type PatchRow } from '@core/contract/patch'
import type { Progress } from '@core/contract/progress'
import { LabError } from '@core/errors'
import { compile } from '@core/graph/compile'
import { sequenceOf as sequenceAt } from '@core/graph/sequences'
import { logSoftmax } from '@core/metrics/distribution'
import type { Program } from '@core/program/types'
import type { Signature } from '@core/signature'
import { batchOf } from '@core/tasks/samples'
import { batchFeeds, gatesOf, type Patches } from '../feeds'
import { expandedGraph } from '../heads/scored-blocks'
import type { Model } from '../model'
import { DistributionList } from './distributions'
import { sequenceOf, type Sequence } from './inputs'
import { sequencesAtOnce } from './room'
import { written, type LookedAt } from './look'
import { windowFor } from './window'

export interface PatchOptions {
  /** When aborted, the call rejects with LabError `cancelled`. */
  readonly signal?: Signal
  readonly onProgress?: (progress: Progress) => void
  /** Awaited between passes, so that messages are handled. */
  readonly turn?: () => Promise<void>
}

/** Limit of one pass. */
const mostSequences = 32
/** Difference of the log-probabilities, in nats, below which there is nothing to restore. */
const leastDifference = 0.01

interface Row extends Omit<PatchRow, 'effects' | 'first'> {
  /** Name of the program's input, (batch, heads, width). */
  readonly input: string
  readonly heads: number
  readonly width: number
  /** Without padding. */
  readonly positions: number
}
interface Place {
  readonly row: Row
  readonly position: number
}

/**
 * Changes no state. Throws LabError for inputs that the model cannot read or that have different lengths, tasks without classes, inputs with
 * the same answer, and `patch.too-large`.
 */
export async function patch(
  { model, task }: Pick<LookedAt, 'model' | 'task'>,
  request: PatchRequest,
  { signal, onProgress, turn }: PatchOptions = {},
): Promise<PatchReport> {
  const { aim } = model.signature
  if (aim !== 'tokens' && aim !== 'sequence') throw new LabError('patch.no-classes')
  const [a, b] = await pairOf({ model, task }, request)
  const signature = windowFor(model, a.tokens.length)
  const { length } = signature
  const rows = rowsOf(model, signature, compile(model.lab, signature, { mode: 'infer', batch: 2, patched: true }), a)
  const places = rows.flatMap((row) => Array.from({ length: row.positions }, (_, position): Place => ({ row, position })))
  if (places.length > mostPlaces) throw new LabError('patch.too-large', { count: places.length, most: mostPlaces })

  const batch = batchFor(model, signature, places.length)
  const { program, executable } = model.program('infer', { batch, length, patched: true })
  const gates = gatesOf(program, request.mutes)
  const sequences = batchOf(signature, [...Array.from({ length: batch - 1 }, () => b), a], batch)
  const of = 1 + Math.ceil(places.length / (batch - 1))
  let done = 0
  async function pass(patches: Patches): Promise<Float32Array> {
    const logits = await model.alone(async () => {
      const outputs = await executable.run(batchFeeds(program, sequences, gates, patches), ['logits'])
      return Float32Array.from(outputs.get('logits')!)
    })
    onProgress?.({ done: ++done, of })
    await turn?.()
    if (signal?.aborted) throw new LabError('cancelled')
    return logits
  }

  const whole = await pass(new Map())
  const perRow = whole.length / batch
  const { classes } = model.signature
  const count = aim === 'tokens' ? a.tokens.length : 1
  const at = (logits: Float32Array, row: number, position: number) =>
    logSoftmax(logits.subarray(row * perRow + position * classes, row * perRow + (position + 1) * classes))
  const chosen = aim === 'tokens' ? request.position : null
  const { position, answer } = answerAt(chosen, count, (each) => [at(whole, batch - 1, each), at(whole, 0, each)])

  const found = new DistributionList(answer)
  const [own, other] = [found.add(at(whole, batch - 1, position)), found.add(at(whole, 0, position))]
  if (!(own - other >= leastDifference)) {
    throw new LabError(Number.isFinite(own - other) ? 'patch.same-answer' : 'patch.not-finite')
  }
  const effects: number[] = []
  for (let from = 0; from < places.length; from += batch - 1) {
    const part = places.slice(from, from + batch - 1)
    const logits = await pass(patchesOf(part, batch))
    for (const row of part.keys()) effects.push((found.add(at(logits, row, position)) - other) / (own - other))
  }

  let next = 0
  return {
    step: model.step,
    a: inputOf(a),
    b: inputOf(b),
    position: aim === 'tokens' ? position : null,
    answer,
    rows: rows.map(({ block, part, head, sequence, positions }) => {
      const first = next
      next += positions
      return { block, part, head, sequence, effects: Float32Array.from(effects.slice(first, next)), first: first + 2 }
    }),
    distributions: found.all,
  }
}

/** Room for A and as many places as one pass should try; never more tokens than a training step has, if that is possible. */
function batchFor({ lab, signature: { length } }: Model, window: Signature, places: number): number {
  const inStep = Math.floor((lab.training.batchSize * length) / window.length)
  const room = Math.min(mostSequences, inStep, sequencesAtOnce(window))
  return Math.max(2, Math.min(room, 2 ** Math.ceil(Math.log2(places + 1))))
}

/** Both inputs. A generated sequence is generated for A, and B reads the same. */
async function pairOf({ model, task }: Pick<LookedAt, 'model' | 'task'>, { a, b, mutes }: PatchRequest) {
  const [first, second] = [sequenceOf(model, task, a), sequenceOf(model, task, b)]
  const gates = gatesOf(model.program('inspect', { batch: 1 }).program, mutes)
  const donor = await model.alone(() => written(model, first, gates))
  const receiver: Sequence = second.isFree ? { ...second, tokens: donor.tokens } : second
  const lengths = [donor, receiver].map(({ tokens, source }) => [tokens.length, source?.length ?? 0])
  for (const part of [0, 1]) {
    const [left, right] = lengths.map((each) => each[part]!)
    if (left !== right) throw new LabError('patch.length', { a: left!, b: right! })
  }
  return [donor, receiver] as const
}

function rowsOf(model: Model, signature: Signature, { inputs }: Program, { tokens, source }: Sequence): Row[] {
  const document = { ...model.lab, graph: expandedGraph(model) }
  const real = { tokens: tokens.length, source: source?.length ?? 0 }
  return inputs.flatMap((input): Row[] => {
    if (input.kind !== 'patch') return []
    const { name, block, part, axes, value } = input
    const hasHeads = axes.includes('head')
    const positional = axes.length > (hasHeads ? 2 : 1)
    const width = positional ? value.shape.at(-1)! : 1
    const read = sequenceAt(document, block)
    const isWhole = positional && width === (read === 'source' ? signature.source?.length : signature.length)
    const heads = hasHeads ? value.shape[1]! : 1
    const shape = { heads, width, sequence: isWhole ? read : null, positions: isWhole ? real[read] : width }
    const row = { input: name, block, part, ...shape }
    return Array.from({ length: heads }, (_, head) => ({ ...row, head: hasHeads ? head : null }))
  })
}

/** One place for each sequence of the batch but the last. */
function patchesOf(places: readonly Place[], batch: number): Patches {
  const patches = new Map<string, Float32Array>()
  places.forEach(({ row: { input, head, width, heads }, position }, sequence) => {
    const mask = patches.get(input) ?? new Float32Array(batch * heads * width)
    mask[(sequence * heads + (head ?? 0)) * width + position] = 1
    patches.set(input, mask)
  })
  return patches
}

/** The chosen position, or the one where A's answer loses the most log-probability; and A's answer there. */
function answerAt(
  chosen: number | null,
  count: number,
  at: (position: number) => readonly [Float64Array, Float64Array],
): { readonly position: number; readonly answer: number } {
  if (chosen !== null && chosen >= count) throw new LabError('patch.no-position', { position: chosen + 1, count })
  const candidates = chosen !== null ? [chosen] : Array.from({ length: count }, (_, position) => position)
  const measured = candidates.map((position) => {
    const [own, other] = at(position)
    const answer = own.indexOf(Math.max(...own))
    return { position, answer, lost: answer < 0 ? NaN : own[answer]! - other[answer]! }
  })
  return measured.reduce((best, each) => (each.lost >= best.lost ? each : best))
}

const inputOf = ({ tokens, unknown, source, unknownInSource }: Sequence): PatchInput => ({
  ...{ tokens, unknown, source: source ?? null, unknownInSource },
})

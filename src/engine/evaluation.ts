/** How good the model is on what it has never seen: metrics over held-out batches. */
import type { Evaluation } from '@core/contract/lab'
import type { Signature } from '@core/signature'
import type { Batch } from '@core/tasks/types'
import { batchFeeds, type Gates } from './feeds'
import { evaluationBatch, type Model } from './model'
import { freeRun } from './teacher-forcing'

/** How much of the held-out set is looked at, at most: so many batches, or so many sequences where batches are small. */
export interface Extent {
  readonly batches: number
  readonly sequences: number
}

/** Of an evaluation between steps, and at the end or on demand: enough for a figure that is steady to a percent or two. */
export const quick: Extent = { batches: 16, sequences: 512 }
export const thorough: Extent = { batches: 256, sequences: 2048 }

/** Batches that are evaluated, of those of a size that there are. */
export function batchesWithin({ batches, sequences }: Extent, size: number, available: number): number {
  return Math.min(available, Math.max(batches, Math.ceil(sequences / size)))
}

const sumName = /^metric\/(.+)\/sum$/

/** What a metric is the mean of. */
interface Mean {
  readonly sum: number
  readonly count: number
}
type Means = Readonly<Record<string, Mean>>

/**
 * Averages over all that counts in the held-out set, or in as many batches as `extent` allows, spread evenly over it, if there are more. Where a sequence
 * is written, what is measured with the truth given (`accuracy`) stands beside what the model writes on its own (`freeAccuracy`,
 * `exactMatch`). `pause` is awaited between batches; null if it says to give up. Changes no state.
 */
export async function evaluate(
  model: Model,
  step: number,
  gates: Gates,
  extent: Extent,
  pause: () => Promise<'go on' | 'give up'>,
): Promise<Evaluation | null> {
  const { lab, task } = model
  const size = evaluationBatch(lab, task.spec)
  const available = task.evaluationBatches(size)
  const batches = batchesWithin(extent, size, available)
  const totals = new Map<string, Mean>()
  for (let i = 0; i < batches; i++) {
    const batch = task.evaluationBatch(Math.floor((i * available) / batches), size)
    const means = { ...(await judged(model, batch, gates)), ...(await judgedFree(model, batch, gates)) }
    for (const [metric, { sum, count }] of Object.entries(means)) {
      const before = totals.get(metric) ?? { sum: 0, count: 0 }
      totals.set(metric, { sum: before.sum + sum, count: before.count + count })
    }
    if ((await pause()) === 'give up') return null
  }
  const means = [...totals].map(([metric, { sum, count }]) => [metric, sum / Math.max(count, 1)] as const)
  const { loss = NaN, ...metrics } = Object.fromEntries(means)
  return { step, loss, metrics }
}

/** What the program itself measures. */
async function judged({ evaluate: { program, executable } }: Model, batch: Batch, gates: Gates): Promise<Means> {
  const metrics = [...program.outputs.keys()].flatMap((name) => sumName.exec(name)?.[1] ?? [])
  const wanted = metrics.flatMap((metric) => [`metric/${metric}/sum`, `metric/${metric}/count`])
  const outputs = await executable.run(batchFeeds(program, batch, gates), wanted)
  const number = (name: string): number => outputs.get(name)![0]!
  return Object.fromEntries(
    metrics.map((metric) => [metric, { sum: number(`metric/${metric}/sum`), count: number(`metric/${metric}/count`) }]),
  )
}

/** Nothing where no sequence is written from a source. */
async function judgedFree({ task, evaluate }: Model, batch: Batch, gates: Gates): Promise<Means> {
  const { signature } = task.spec
  if (!signature.written) return {}
  const { predictions } = await freeRun(evaluate, batch, signature.length, gates)
  return freeMetrics(signature, batch, predictions)
}

/**
 * Of what a model has written, (batch, token), beside the truth: the share of tokens that are right, where nothing counts as written
 * after an end; and that of sequences which are right from beginning to end. Rows of padding alone count for nothing.
 */
export function freeMetrics(
  { length, written }: Pick<Signature, 'length' | 'written'>,
  batch: Batch,
  predictions: Int32Array,
): Means {
  const { targets, mask } = batch
  let [right, tokens, exact, sequences] = [0, 0, 0, 0]
  for (let start = 0; start < targets.length; start += length) {
    const real = mask ? mask.subarray(start, start + length).filter((counted) => counted === 1).length : length
    const own = predictions.subarray(start, start + real)
    const end = own.indexOf(written?.end ?? -1)
    const matches = own.filter((id, place) => id === targets[start + place] && (end < 0 || place <= end)).length
    right += matches
    tokens += real
    if (real > 0) sequences += 1
    if (real > 0 && matches === real) exact += 1
  }
  return { freeAccuracy: { sum: right, count: tokens }, exactMatch: { sum: exact, count: sequences } }
}

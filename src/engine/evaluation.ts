/** How good the model is on what it has never seen: metrics over held-out batches. */
import type { Evaluation } from '@core/contract/runs'
import type { LabDocument } from '@core/lab/document'
import { majorityBaseline } from '@core/metrics/baseline'
import { Counts } from '@core/metrics/counts'
import { measured } from '@core/metrics/table'
import { untilEnd } from '@core/metrics/written'
import type { Batch, TaskSpec } from '@core/tasks/types'
import { batchFeeds, type Gates } from './feeds'
import type { Compiled, Model } from './model'
import { freeRun } from './teacher-forcing'
import type { Subject } from './training'

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

/** Sequences in a held-out batch: those of a training batch, or less if that many are not held out. */
export function evaluationBatch(lab: LabDocument, { heldOut }: TaskSpec): number {
  return Math.min(lab.training.batchSize, heldOut)
}

/**
 * Means over all that counts in the held-out set, or in as many batches as `extent` allows, spread evenly over it, if there are more. Where
 * a sequence is written, what is predicted with the truth given (`accuracy`) stands beside what the model writes on its own
 * (`freeAccuracy`, `exactMatch`). `pause` is awaited between batches; null if it says to give up. Changes no state.
 */
export async function evaluate(
  { model, task }: Subject,
  gates: Gates,
  extent: Extent,
  pause: () => Promise<'go on' | 'give up'>,
): Promise<Evaluation | null> {
  const { signature } = task.spec
  const compiled = compiledFor(model, task.spec)
  const { program, executable } = compiled
  const counts = new Counts(signature, program.tolerance)
  const free = signature.written && new Counts(signature)
  let [loss, counted] = [0, 0]
  for (const batch of heldOutBatches({ model, task }, extent)) {
    const outputs = await executable.run(batchFeeds(program, batch, gates), [
      'metric/loss/sum',
      'metric/loss/count',
      'predictions',
    ])
    loss += outputs.get('metric/loss/sum')![0]!
    counted += outputs.get('metric/loss/count')![0]!
    counts.add(batch, outputs.get('predictions')!)
    if (free) {
      const { predictions } = await freeRun(compiled, batch, signature.length, gates)
      free.add(batch, untilEnd(signature, batch, predictions))
    }
    if ((await pause()) === 'give up') return null
  }
  return { step: model.step, loss: loss / Math.max(counted, 1), metrics: measured(counts, free) }
}

const compiledFor = (model: Model, spec: TaskSpec): Compiled =>
  model.program('evaluate', { batch: evaluationBatch(model.lab, spec) })

/** What a constant answer gets on the same held-out set, by the names of metrics. Depends on the task alone, and not on the weights. */
export function baseline(subject: Subject): Readonly<Record<string, number>> {
  const { spec } = subject.task
  const { tolerance = 0 } = compiledFor(subject.model, spec).program
  return majorityBaseline(spec.signature, tolerance, () => heldOutBatches(subject, thorough))
}

/** As many as `extent` allows, spread evenly over the held-out set. */
function* heldOutBatches({ model, task }: Subject, extent: Extent): Generator<Batch> {
  const size = evaluationBatch(model.lab, task.spec)
  const available = task.evaluationBatches(size)
  const batches = batchesWithin(extent, size, available)
  for (let i = 0; i < batches; i++) yield task.evaluationBatch(Math.floor((i * available) / batches), size)
}

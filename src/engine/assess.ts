/**
 * Measures the effect of a change: evaluates the model with and without it. The result is returned, not recorded in the run.
 */
import type { Signal } from '@core/contract/cancel'
import type { Comparison, Mutes } from '@core/contract/look'
import { LabError } from '@core/errors'
import { SampleList, summaryOf } from '@core/metrics/sample-list'
import { batchesWithin, evaluationBatch, validationBatches, Tally, thorough, type Extent } from './evaluation'
import { gatesOf } from './feeds'
import type { Subject } from './training'

export interface AssessOptions {
  readonly extent?: Extent
  /** When aborted, the call rejects with LabError `cancelled`. */
  readonly signal?: Signal
  /** Awaited between batches, so that messages are handled. */
  readonly turn?: () => Promise<void>
}

/**
 * Evaluates the model with and without `mutes` on the same validation batches. A sample is broken if it is fully right without
 * the mutes and not with them; `fixed` counts the opposite case. Samples are indices into the validation set, as in look
 * requests. Changes no state. Throws LabError for gates that the model does not have.
 */
export async function assess(
  subject: Subject,
  mutes: Mutes,
  { extent = thorough, signal, turn }: AssessOptions = {},
): Promise<Comparison> {
  const { model, task } = subject
  const { program } = model.program('evaluate', { batch: evaluationBatch(model.lab, task.spec) })
  const gates = gatesOf(program, mutes)
  const [plain, changed] = [new Tally(subject, new Map()), new Tally(subject, gates)]
  const [broken, fixed] = [new SampleList(), new SampleList()]
  let samples = 0
  for (const { batch, first } of validationBatches(subject, extent)) {
    const { before, after } = await model.alone(async () => ({
      before: await plain.add(batch),
      after: await changed.add(batch),
    }))
    before.forEach((right, row) => {
      // The last batch may be padded with extra rows.
      if (right === null || first + row >= task.spec.validation) return
      samples++
      if (right && !after[row]) broken.add(first + row)
      if (!right && after[row]) fixed.add(first + row)
    })
    await turn?.()
    if (signal?.aborted) throw new LabError('cancelled')
  }
  return {
    step: model.step,
    samples,
    plain: plain.scores,
    changed: changed.scores,
    broken: summaryOf(broken),
    fixed: summaryOf(fixed),
  }
}

/** Number of batches that {@link assess} evaluates, with one turn after each. */
export function assessedBatches({ model, task }: Subject, extent: Extent = thorough): number {
  const size = evaluationBatch(model.lab, task.spec)
  return batchesWithin(extent, size, task.evaluationBatches(size))
}

/** What a change of the model is worth: both evaluated side by side. Returned to the caller, never part of a run's record. */
import type { Signal } from '@core/contract/cancel'
import type { Comparison, Mutes } from '@core/contract/look'
import { LabError } from '@core/errors'
import { batchesWithin, evaluationBatch, validationBatches, Tally, thorough, type Extent } from './evaluation'
import { requireGate, type Gates } from './feeds'
import type { Subject } from './training'

/** How many of the samples that broke or were mended are named. */
const mostNamed = 100

export interface AssessOptions {
  readonly extent?: Extent
  /** Aborted, the answer is LabError `cancelled`. */
  readonly signal?: Signal
  /** Awaited between batches: lets messages in. */
  readonly turn?: () => Promise<void>
}

/**
 * Evaluates the model as it is and with `mutes`, on the same validation batches. A sample breaks that is wholly right as the model is and
 * not with the change; it is mended the other way round. Samples are named by their index in the validation set, as looks take it.
 * Throws LabError for gates that the model does not have. Changes no state.
 */
export async function assess(
  subject: Subject,
  mutes: Mutes,
  { extent = thorough, signal, turn }: AssessOptions = {},
): Promise<Comparison> {
  const { model, task } = subject
  const { program } = model.program('evaluate', { batch: evaluationBatch(model.lab, task.spec) })
  const gates: Gates = new Map(Object.entries(mutes).map(([name, values]) => [name, requireGate(program, name, values)]))
  const [plain, changed] = [new Tally(subject, new Map()), new Tally(subject, gates)]
  const [broken, mended] = [new Named(), new Named()]
  let samples = 0
  for (const { batch, first } of validationBatches(subject, extent)) {
    const { before, after } = await model.alone(async () => ({
      before: await plain.add(batch),
      after: await changed.add(batch),
    }))
    before.forEach((right, row) => {
      // The last batch may be filled up.
      if (right === null || first + row >= task.spec.validation) return
      samples++
      if (right && !after[row]) broken.add(first + row)
      if (!right && after[row]) mended.add(first + row)
    })
    await turn?.()
    if (signal?.aborted) throw new LabError('cancelled')
  }
  return { step: model.step, samples, plain: plain.scores, changed: changed.scores, broken: broken.told, mended: mended.told }
}

/** Batches that {@link assess} takes, with a turn after each. */
export function assessedBatches({ model, task }: Subject, extent: Extent = thorough): number {
  const size = evaluationBatch(model.lab, task.spec)
  return batchesWithin(extent, size, task.evaluationBatches(size))
}

/** How many samples there are, and the first of them. */
class Named {
  private count = 0
  private readonly samples: number[] = []

  add(sample: number): void {
    this.count++
    if (this.samples.length < mostNamed) this.samples.push(sample)
  }

  get told(): Comparison['broken'] {
    return { count: this.count, samples: this.samples }
  }
}

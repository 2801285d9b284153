/** Which classes a model confuses, counted over the validation set. The result is returned, not recorded in the run. */
import type { Confusion, Mutes } from '@core/contract/look'
import { LabError } from '@core/errors'
import { ConfusionCounts, hasConfusion } from '@core/metrics/confusion'
import type { AssessOptions } from './assess'
import { evaluationBatch, thorough, validationBatches } from './evaluation'
import { batchFeeds, gatesOf } from './feeds'
import type { Subject } from './training'

/**
 * Predicts the validation samples that `extent` allows once, with `mutes`. Samples are indices into the validation set, as in look requests;
 * each counts once, also where the last batch repeats some. Changes no state. Throws LabError `confusion.no-classes` for tasks without classes,
 * and for gates that the model does not have.
 */
export async function confusion(
  subject: Subject,
  mutes: Mutes,
  { extent = thorough, signal, turn }: AssessOptions = {},
): Promise<Confusion> {
  const { model, task } = subject
  const { signature, classes, validation } = task.spec
  if (!hasConfusion(signature)) throw new LabError('confusion.no-classes')
  const size = evaluationBatch(model.lab, task.spec)
  const { program, executable } = model.program('evaluate', { batch: size })
  const gates = gatesOf(program, mutes)
  const counts = new ConfusionCounts(signature)
  for (const { batch, first } of validationBatches(subject, extent)) {
    const outputs = await model.alone(() => executable.run(batchFeeds(program, batch, gates), ['predictions']))
    counts.add(batch, outputs.get('predictions')!, first, Math.min(size, validation - first))
    await turn?.()
    if (signal?.aborted) throw new LabError('cancelled')
  }
  return { step: model.step, samples: counts.samples, ...counts.summary(classes) }
}

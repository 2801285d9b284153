/** Has a trained model write: on from a prompt, or from a source, where it reads one. */
import type { Writing, WritingRequest } from '@core/contract/writing'
import type { Executor } from '@engine/executor'
import { writeFromSource } from './from-source'
import { writeOn, type WatchedWriting } from './on'
import type { TrainedModel } from './trained-model'

/** Throws LabError for what the model cannot read or write. */
export async function write(
  executor: Executor,
  model: TrainedModel,
  request: WritingRequest,
  watched: WatchedWriting = {},
): Promise<Writing> {
  const reads = model.spec.source !== null || request.source !== null
  const written = await (reads ? writeFromSource(executor, model, request) : writeOn(executor, model, request, watched))
  return { ...written, engine: executor.name, step: model.step }
}

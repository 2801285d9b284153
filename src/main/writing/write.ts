/** Has a trained model write: on from a prompt, or from a source, where it reads one. */
import type { Writing, WritingProgress, WritingRequest } from '@core/contract/writing'
import type { Executor } from '../engine/executor'
import { writeFromSource } from './from-source'
import { writeOn } from './on'
import type { TrainedModel } from './trained-model'

export interface WatchedWriting {
  /** Hears of what there is so far, at most twenty times a second. */
  readonly onProgress?: (progress: WritingProgress) => void
  /** Once it is aborted, what was written on so far is all. */
  readonly signal?: AbortSignal
}

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

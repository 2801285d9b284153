/** Has a trained model write: on from a prompt, or from a source, where it reads one. */
import type { Writing, WritingRequest } from '@core/contract/writing'
import type { Model } from '@engine/model'
import { writeFromSource } from './from-source'
import { writeOn, type WatchedWriting } from './on'

/** Throws LabError for what the model cannot read or write. */
export async function write(model: Model, request: WritingRequest, watched: WatchedWriting = {}): Promise<Writing> {
  const reads = model.spec.source !== null || request.source !== null
  const written = await (reads ? writeFromSource(model, request) : writeOn(model, request, watched))
  return { ...written, engine: model.engine, step: model.step }
}

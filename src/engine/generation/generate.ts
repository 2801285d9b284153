/** Generates with a trained model: from a prompt, or from a source if the model has one. */
import type { Generation, GenerationRequest } from '@core/contract/generation'
import type { Model } from '../model'
import { generateFromSource } from './from-source'
import { generateFromPrompt, type GenerationSurroundings, type WatchedGeneration } from './from-prompt'

/** Throws LabError for what the model cannot read or generate. */
export async function generate(
  model: Model,
  request: GenerationRequest,
  surroundings: GenerationSurroundings,
  watched: WatchedGeneration = {},
): Promise<Generation> {
  const reads = model.spec.source !== null || request.source !== null
  const generated = await (reads
    ? generateFromSource(model, request, surroundings, watched)
    : generateFromPrompt(model, request, surroundings, watched))
  return { ...generated, engine: model.engine, step: model.step }
}

/** Initialises a model with the weights of another. */
import { LabError } from '@core/errors'
import { matchWeights, type Transplant } from '@core/graph/transplant'
import type { Model } from './model'
import type { SafeTensor } from './safetensors'

/**
 * Copies the given weights that fit into the model, and returns which were copied and why the others were not. `path` is their
 * source. Throws LabError `weights.none-fit`; the model is then unchanged.
 */
export function transplant({ weights, states }: Model, given: ReadonlyMap<string, SafeTensor>, path: string): Transplant {
  const report = matchWeights(weights, given)
  if (report.matched.length === 0) {
    const [example = '–'] = report.unused
    throw new LabError('weights.none-fit', { path, wanted: report.missing[0] ?? report.misfits[0]?.name ?? '–', example })
  }
  states.write(new Map(report.matched.map((name) => [name, given.get(name)!.data as Float32Array])))
  return report
}

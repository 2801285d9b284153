/** Begins with the weights of another model: those of a run's last checkpoint, or of a safetensors file. */
import { stat } from 'node:fs/promises'
import { LabError } from '@core/errors'
import { matchWeights, type Transplant } from '@core/graph/transplant'
import { CheckpointFolder } from './checkpoint'
import { diskFiles, isMissing } from '../main/engine/files'
import type { Model } from './model'
import { readSafeTensors, type SafeTensor } from './safetensors'

/**
 * Writes into the model what fits of the weights at `path`, a run's folder or a file, and tells what became of each. Throws LabError
 * if they cannot be read, or if none of them fits; the model is then as before.
 */
export async function transplant({ train, states }: Model, path: string): Promise<Transplant> {
  const given = await readWeights(path)
  const report = matchWeights(train.program, given)
  if (report.matched.length === 0) {
    const [example = '–'] = report.unused
    throw new LabError('weights.none-fit', { path, wanted: report.missing[0] ?? report.misfits[0]?.name ?? '–', example })
  }
  states.write(new Map(report.matched.map((name) => [name, given.get(name)!.data as Float32Array])))
  return report
}

async function readWeights(path: string): Promise<ReadonlyMap<string, SafeTensor>> {
  try {
    if ((await stat(path)).isDirectory()) return (await new CheckpointFolder(path).read()).states
    return readSafeTensors(await diskFiles.read(path)).tensors
  } catch (error) {
    if (error instanceof LabError) throw error
    if (isMissing(error)) throw new LabError('file.missing', { path })
    throw new LabError('file.failed', { path, detail: error instanceof Error ? error.message : String(error) })
  }
}

/** Weights on the disk: those of a run's last checkpoint, or of a safetensors file. */
import { readFile, stat } from 'node:fs/promises'
import { LabError } from '@core/errors'
import { readSafeTensors, type SafeTensor } from '@engine/safetensors'
import { checkpointsIn, isMissing } from './disk-storage'

/** Of a run's folder or a file. Throws LabError if they cannot be read. */
export async function readWeights(path: string): Promise<ReadonlyMap<string, SafeTensor>> {
  try {
    if ((await stat(path)).isDirectory()) return (await checkpointsIn(path).read()).states
    return readSafeTensors(await readFile(path)).tensors
  } catch (error) {
    if (error instanceof LabError) throw error
    if (isMissing(error)) throw new LabError('file.missing', { path })
    throw new LabError('file.failed', { path, detail: error instanceof Error ? error.message : String(error) })
  }
}

/** Weights on the disk: those of a run's last checkpoint, or of a safetensors file. */
import { readFile, stat } from 'node:fs/promises'
import { readSafeTensors, type SafeTensor } from '@engine/safetensors'
import { fileError } from '../service/file-error'
import { checkpointsIn } from './disk-storage'

/** Of a run's folder or a file. Throws LabError if they cannot be read. */
export async function readWeights(path: string): Promise<ReadonlyMap<string, SafeTensor>> {
  try {
    if ((await stat(path)).isDirectory()) return (await checkpointsIn(path).read()).states
    return readSafeTensors(await readFile(path)).tensors
  } catch (error) {
    throw fileError(path, error)
  }
}

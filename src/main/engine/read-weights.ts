/** Weights on the disk: those of a run's last checkpoint, or of a safetensors file. */
import { stat } from 'node:fs/promises'
import { LabError } from '@core/errors'
import { weightsOf } from '@engine/checkpoint'
import { readWeightsFile, type WeightsFile } from '@engine/weights-file'
import { fileError } from '../service/file-error'
import { checkpointsIn } from './disk-storage'
import { readWhole } from './read-whole'

/** Of a run's folder or a file. Throws LabError if they cannot be read. */
export async function readWeights(path: string): Promise<WeightsFile> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) return weightsOf(await checkpointsIn(path).read())
    if (!found.isFile()) throw new LabError('file.special', { path }) // such as /dev/zero, which never ends
    return readWeightsFile(await readWhole(path))
  } catch (error) {
    throw fileError(path, error)
  }
}

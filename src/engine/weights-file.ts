/** Reads weights files of any version of the lab, with today's names. */
import { migrateWeightName } from '@core/blocks'
import { readSafeTensors, type SafeTensor } from './safetensors'

/** Throws LabError `weights.invalid`, like readSafeTensors. */
export function readWeightsFile(bytes: Uint8Array): ReadonlyMap<string, SafeTensor> {
  return new Map([...readSafeTensors(bytes).tensors].map(([name, tensor]) => [migrateWeightName(name), tensor]))
}

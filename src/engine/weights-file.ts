/** A file of weights that any version of the lab has written, under the names they have today. */
import { migrateWeightName } from '@core/blocks'
import { readSafeTensors, type SafeTensor } from './safetensors'

/** Throws LabError `weights.invalid`, as readSafeTensors does. */
export function readWeightsFile(bytes: Uint8Array): ReadonlyMap<string, SafeTensor> {
  return new Map([...readSafeTensors(bytes).tensors].map(([name, tensor]) => [migrateWeightName(name), tensor]))
}

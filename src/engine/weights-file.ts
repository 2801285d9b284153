/** Reads weights files of any version of the lab, with today's names. */
import { migrateWeightName } from '@core/blocks'
import type { Graph } from '@core/lab/document'
import { parseLab } from '@core/lab/read'
import { readSafeTensors, type SafeTensor } from './safetensors'

export interface WeightsFile {
  readonly tensors: ReadonlyMap<string, SafeTensor>
  /** Of the lab in its metadata; null if there is none that can be read. */
  readonly graph: Graph | null
}

/** Throws LabError `weights.invalid`, like readSafeTensors. */
export function readWeightsFile(bytes: Uint8Array): WeightsFile {
  const { tensors, metadata } = readSafeTensors(bytes)
  return {
    tensors: new Map([...tensors].map(([name, tensor]) => [migrateWeightName(name), tensor])),
    graph: metadata['lab'] === undefined ? null : graphIn(metadata['lab']),
  }
}

function graphIn(lab: string): Graph | null {
  try {
    return parseLab(lab).graph
  } catch {
    return null // written by a newer version, or by something else
  }
}

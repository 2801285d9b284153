/** A model as it was kept, or as it begins: the lab, its task and its weights. */
import { LabError } from '@core/errors'
import { compile } from '@core/graph/compile'
import { labDocument, type LabDocument } from '@core/lab/document'
import { initialise } from '@core/random/initialisers'
import type { TaskSpec } from '@core/tasks/types'
import { checkpointsIn } from '../engine/disk-storage'

export interface TrainedModel {
  readonly lab: LabDocument
  readonly spec: TaskSpec
  readonly weights: ReadonlyMap<string, Float32Array>
  /** Steps that it was trained for. */
  readonly step: number
}

/** The last checkpoint of a folder. `specOf` tells what the lab's task is there. Throws LabError. */
export async function fromCheckpoint(
  directory: string,
  specOf: (lab: LabDocument) => TaskSpec | Promise<TaskSpec>,
): Promise<TrainedModel> {
  const { lab: stored, states, step } = await checkpointsIn(directory).read()
  const lab = labDocument.parse(stored)
  const spec = await specOf(lab)
  const weights = new Map([...states].flatMap(([name, { data }]) => (data instanceof Float32Array ? [[name, data]] : [])))
  for (const { name, value } of compile(lab, spec.signature, { mode: 'infer', batch: 1 }).states) {
    if (states.get(name)?.shape.join() !== value.shape.join()) throw new LabError('checkpoint.other-model', { state: name })
  }
  return { lab, spec, weights, step }
}

/** As it is before its first step. Throws LabError. */
export function untrained(lab: LabDocument, spec: TaskSpec): TrainedModel {
  const { seed } = lab.training
  const weights = compile(lab, spec.signature, { mode: 'infer', batch: 1 }).states.map(
    ({ name, initialiser, value }) => [name, initialise(initialiser, value.shape, seed, name)] as const,
  )
  return { lab, spec, weights: new Map(weights), step: 0 }
}

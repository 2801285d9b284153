/** A model as it was kept, or as it begins: the lab, its task and its weights. */
import { LabError } from '@core/errors'
import { compile } from '@core/graph/compile'
import { labDocument, type LabDocument } from '@core/lab/document'
import { initialise } from '@core/random/initialisers'
import { createTask } from '@core/tasks'
import type { TaskSpec } from '@core/tasks/types'
import { CheckpointFolder } from '../engine/checkpoint'
import type { Labs } from '../service/labs'
import { findLab, readTask } from './read-lab'

export interface TrainedModel {
  readonly lab: LabDocument
  readonly spec: TaskSpec
  readonly weights: ReadonlyMap<string, Float32Array>
}

/** Throws LabError. */
export async function fromCheckpoint(directory: string): Promise<TrainedModel> {
  const { lab: stored, states } = await new CheckpointFolder(directory).read()
  const lab = labDocument.parse(stored)
  const spec = await readTask(directory, lab)
  const weights = new Map([...states].flatMap(([name, { data }]) => (data instanceof Float32Array ? [[name, data]] : [])))
  for (const { name, value } of compile(lab, spec, { mode: 'infer', batch: 1 }).states) {
    if (states.get(name)?.shape.join() !== value.shape.join()) throw new LabError('checkpoint.other-model', { state: name })
  }
  return { lab, spec, weights }
}

/** As it is before its first step. Throws LabError. */
export async function fromLab(name: string, labs: Labs): Promise<TrainedModel> {
  const lab = await findLab(name, labs)
  const { spec } = createTask(lab.task, null)
  const { states } = compile(lab, spec, { mode: 'infer', batch: 1 })
  const { seed } = lab.training
  return {
    lab,
    spec,
    weights: new Map(
      states.map(({ name: state, initialiser, value }) => [state, initialise(initialiser, value.shape, seed, state)]),
    ),
  }
}

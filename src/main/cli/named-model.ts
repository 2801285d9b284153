/** LAB in the commands that use a model: a folder saved by `train --out`, or a lab, whose model is untrained. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '@core/errors'
import { createTask } from '@core/tasks'
import type { TaskSpec } from '@core/tasks/types'
import type { ModelSource } from '@engine/model'
import { readBestCheckpoint, readCheckpoint } from '../engine/disk-storage'
import type { Labs } from '../service/labs'
import { readTask } from '../service/kept-task'
import { findLab } from './read-lab'

export interface NamedModel extends ModelSource {
  readonly spec: TaskSpec
  readonly trained: boolean
}

/** With its last weights, or the best ones. Throws LabError, `folder.no-training` for a folder without a saved run. */
export async function readNamedModel(name: string, best: boolean, labs: Labs): Promise<NamedModel> {
  if (existsSync(join(name, 'checkpoint.json'))) return fromCheckpoint(name, best)
  if (best) throw new LabError('checkpoint.no-best', { directory: name })
  try {
    const lab = await findLab(name, labs)
    return { lab, spec: createTask(lab.task, null).spec, trained: false }
  } catch (error) {
    const isFolder = error instanceof LabError && error.code === 'file.directory'
    throw isFolder ? new LabError('folder.no-training', { path: name }) : error
  }
}

async function fromCheckpoint(directory: string, best: boolean): Promise<NamedModel> {
  const { lab, states, step } = await (best ? readBestCheckpoint : readCheckpoint)(directory)
  return { lab, spec: await readTask(directory, lab), states, step, trained: true }
}

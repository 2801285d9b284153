/** Keeps an imported model in a folder, as a run at step 0: what opens, continues or trains such folders takes it from there. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { usualMoments } from '@core/contract/runs'
import type { SafeTensor } from '@engine/safetensors'
import { keepTask } from '../../service/kept-task'
import { checkpointsIn } from '../../engine/disk-storage'
import { textOf } from '../../service/data'
import { processStart } from '../../service/process-start'
import { writeRecord, writeRequest } from '../../service/run-files'
import type { ModelPlan } from './read-model'

/** Tokeniser and text, which training goes on with. */
export const importedData = 'data.txt'

/** `id` names the run; `isAlone` for a folder outside a workspace, which holds its data itself. Throws LabError. */
export async function keepModel(
  directory: string,
  id: string,
  { lab, task, data, report }: ModelPlan,
  states: ReadonlyMap<string, SafeTensor>,
  isAlone: boolean,
): Promise<void> {
  const { seed, learningRate, steps } = lab.training
  await checkpointsIn(directory).write({ step: 0, seed, learningRate, engine: 'imported', lab, states })
  await writeRequest(directory, {
    ...{ lab, engine: 'auto', data: textOf('', Buffer.from(data)).added.id, from: null, continuedFrom: null },
    ...{ lease: null, moments: usualMoments, forkedFrom: null },
  })
  if (isAlone) {
    await writeFile(join(directory, importedData), data)
    await keepTask(directory, task.spec)
  }
  const { parameters } = report
  const status = { run: id, state: 'stopped', step: 0, steps, engine: 'auto', learningRate, parameters } as const
  await writeRecord(directory, {
    status: { ...status, checkpoint: 0, problem: null },
    summary: null,
    outline: null,
    owner: process.pid,
    ownerBegan: await processStart(process.pid),
  })
}

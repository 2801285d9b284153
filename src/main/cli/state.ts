/** `state DIR --step N`: the state of a saved run after any of its steps, as a hash. */
import { newAbort, onAbort } from '@core/contract/cancel'
import { engineChoice } from '@core/contract/engine'
import { LabError } from '@core/errors'
import { decodeText } from '@core/tasks/text'
import { hashStates } from '@engine/training'
import { PastModel } from '@engine/worker/past-model'
import { createExecutor } from '../engine/choose'
import { diskStorage } from '../engine/disk-storage'
import { nodeSurroundings } from '../engine/surroundings'
import { readRecord, readRequest } from '../service/run-files'
import type { Texts } from '../texts'
import type { Output } from './output'
import { readData } from './read-lab'

export interface StateOptions {
  readonly json: boolean
  readonly folder: string
  readonly step: number
  /** File with the learner's own text or table, for a run that was trained on one. */
  readonly data: string | null
}

interface Context {
  readonly output: Output
  readonly texts: Texts
  readonly interrupted: AbortSignal
}

/** Throws LabError `folder.no-training`, `model.no-such-step` beyond the last step, or `moment.none`. */
export async function state({ json, folder, step, data }: StateOptions, context: Context): Promise<number> {
  const { output, texts, interrupted } = context
  const record = await readRecord(folder).catch(() => {
    throw new LabError('folder.no-training', { path: folder })
  })
  const { status } = record
  const request = await readRequest(folder)
  if (step > status.step) throw new LabError('model.no-such-step', { run: status.run, step, kept: status.checkpoint ?? 0 })
  if (request.data !== null && data === null) throw new LabError('resume.needs-data', { path: folder })
  const text = data === null ? null : decodeText(await readData(data, request.lab.task.kind)).text
  // The engine that trained it: another one gives other bytes.
  const executor = await createExecutor(engineChoice.parse(status.engine), (notice) => output.say(texts.error(notice)))
  const model = new PastModel(executor, diskStorage(folder), nodeSurroundings, text)
  const abort = newAbort()
  onAbort(interrupted, () => abort.abort())
  const stateHash = await model.at({ step, isExact: true }, abort.signal, (training) =>
    Promise.resolve(hashStates(training, nodeSurroundings)),
  )
  if (json) output.json({ step, stateHash })
  else output.line(texts.cli('stateAt', { step, stateHash }))
  return 0
}

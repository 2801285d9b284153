/** A run's folder: `lab.json` (request), `run.json` (record), `metrics.jsonl`, `label.json` (see run-label.ts), and the worker's `checkpoint.*`. */
import { lstat, readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { engineChoice, type EngineChoice } from '@core/contract/engine'
import { fork, usualMoments, type Fork } from '@core/contract/runs'
import { recordedMetrics, recordedStatus, recordedSummary } from '@core/contract/run-record'
import type { RunStatus, RunSummary } from '@core/contract/runs'
import { LabError } from '@core/errors'
import { labDocument, localText, type LabDocument } from '@core/lab/document'
import { keptLab } from '@core/lab/kept'
import { isCheckpointName } from '@engine/checkpoint'
import { isMomentName } from '@engine/moments'
import { fileError } from './file-error'
import { readJson, writeAtomically } from './files'
import type { RunOutline } from '@core/contract/run-outline'
import { labelPath } from './run-label'

export interface RunRequest {
  readonly lab: LabDocument
  readonly engine: EngineChoice
  /** Id of the learner's text. */
  readonly data: string | null
  /** Folder or file of the initial weights. */
  readonly from: string | null
  /** The step where it had ended before it was continued; null if it never was. Early stopping restarts its count there. */
  readonly continuedFrom: number | null
  /** The page that trains it, or trained it last; null if a worker of this host does. */
  readonly lease: string | null
  /** Megabytes on the disk for its moments. */
  readonly moments: number
  /** The run it goes on from. */
  readonly forkedFrom: Fork | null
}

export interface RunRecord {
  readonly status: RunStatus
  readonly summary: RunSummary | null
  /** The host process of the run: while it is running, no other host may change the run. */
  readonly owner: number
  /** Start of that process, as from `processStart`, since ids are reused. Null in records of earlier versions. */
  readonly ownerBegan: string | null
  /** For the list of runs; null in records of earlier versions. */
  readonly outline: RunOutline | null
}

const requestFile = z.object({
  lab: labDocument.transform(keptLab),
  engine: engineChoice,
  data: z.string().nullable(),
  from: z.string().nullable().default(null),
  continuedFrom: z.number().nullable().default(null),
  lease: z.string().nullable().default(null),
  moments: z.number().nonnegative().default(usualMoments),
  forkedFrom: fork.nullable().default(null),
})
const outlineFields = z.object({
  title: localText,
  task: z.string(),
  loss: z.number().nullable(),
  evaluation: z.object({ step: z.number(), loss: z.number(), metrics: recordedMetrics }).nullable(),
  curve: z
    .object({ steps: z.array(z.number()), values: z.array(z.number()) })
    .transform(({ steps, values }) => ({ steps: Int32Array.from(steps), values: Float32Array.from(values) })),
})
const recordFile = z.object({
  status: recordedStatus,
  summary: recordedSummary.nullable(),
  owner: z.number().int(),
  ownerBegan: z.string().nullable().default(null),
  outline: outlineFields.nullable().catch(null),
})

export const metricsPath = (folder: string): string => join(folder, 'metrics.jsonl')
const requestPath = (folder: string): string => join(folder, 'lab.json')
const recordPath = (folder: string): string => join(folder, 'run.json')

export const writeRequest = (folder: string, request: RunRequest): Promise<void> =>
  writeAtomically(requestPath(folder), JSON.stringify(request))

export function writeRecord(folder: string, { outline, ...record }: RunRecord): Promise<void> {
  const curve = outline && { steps: [...outline.curve.steps], values: [...outline.curve.values] }
  return writeAtomically(recordPath(folder), JSON.stringify({ ...record, outline: outline && { ...outline, curve } }))
}

/** Throws if the file is missing or damaged. */
export async function readRecord(folder: string): Promise<RunRecord> {
  return recordFile.parse(await readJson(recordPath(folder)))
}

/** Throws LabError `run.damaged`, or the reason why the file cannot be read. */
export async function readRequest(folder: string): Promise<RunRequest> {
  const path = requestPath(folder)
  let stored: unknown
  try {
    stored = await readJson(path)
  } catch (error) {
    throw error instanceof SyntaxError ? new LabError('run.damaged', { path }) : fileError(path, error)
  }
  const request = requestFile.safeParse(stored)
  if (!request.success) throw new LabError('run.damaged', { path })
  return request.data
}

/** Removes the files of a run that never started, and the folder unless it has other files, such as a lock. */
export async function removeRun(folder: string): Promise<void> {
  // The record last: while it exists, the run is listed and can be removed again.
  for (const path of [requestPath(folder), metricsPath(folder), labelPath(folder), recordPath(folder)])
    await rm(path, { force: true })
  await rmdir(folder).catch(() => undefined)
}

/** Matches temporary files, which remain if a process is killed while writing. */
const temporaryName = /^(lab|run|label)\.json\.[0-9a-f]{8}\.tmp$/

/** Removes the temporary files of killed processes. Call only with the folder locked. */
export async function sweepRun(folder: string): Promise<void> {
  const left = (await readdir(folder)).filter((name) => temporaryName.test(name))
  for (const name of left) await rm(join(folder, name), { force: true })
}

/**
 * Removes all files that a run has written, by exact names, and the folder if it is empty then. If the folder is a link,
 * removes only the link.
 */
export async function removeRunWithCheckpoints(folder: string): Promise<void> {
  if ((await lstat(folder)).isSymbolicLink()) return rm(folder) // the target of the link belongs to others
  const isModel = (name: string): boolean => isCheckpointName(name) || isMomentName(name)
  for (const name of (await readdir(folder)).filter(isModel)) await rm(join(folder, name), { force: true })
  await sweepRun(folder)
  await removeRun(folder)
}

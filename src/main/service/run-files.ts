/** A run's folder: `lab.json` (what was asked), `run.json` (how it stands), `metrics.jsonl`, and the worker's `checkpoint.*`. */
import { lstat, readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { engineChoice, type EngineChoice } from '@core/contract/engine'
import { runStates, type RunStatus, type RunSummary } from '@core/contract/runs'
import { fromProblem, LabError, toProblem } from '@core/errors'
import { labDocument, localText, type LabDocument } from '@core/lab/document'
import { currentNames } from '@core/metrics/names'
import { keptLab } from '@core/lab/kept'
import { isCheckpointName } from '@engine/checkpoint'
import { fileError } from './file-error'
import { readJson, writeAtomically } from './files'
import type { RunOutline } from './run-outline'

export interface RunRequest {
  readonly lab: LabDocument
  readonly engine: EngineChoice
  /** Identifier of the learner's text. */
  readonly data: string | null
  /** Folder or file whose weights it begins with. */
  readonly from: string | null
  /** The step it had ended at before it was continued beyond; null where it never was. Early stopping counts anew from there. */
  readonly continuedFrom: number | null
}

export interface RunRecord {
  readonly status: RunStatus
  readonly summary: RunSummary | null
  /** The host process that watches over the run: while it lives, no other may touch the run. */
  readonly owner: number
  /** When that process began, as `processStart` tells: its id may be another program's now. Null where an earlier version wrote it. */
  readonly ownerBegan: string | null
  /** How it is listed; null where an earlier version wrote the record. */
  readonly outline: RunOutline | null
}

const requestFile = z.object({
  lab: labDocument.transform(keptLab),
  engine: engineChoice,
  data: z.string().nullable(),
  from: z.string().nullable().default(null),
  continuedFrom: z.number().nullable().default(null),
})
const names = z.array(z.string())
const shape = z.array(z.number())
const transplant = z.object({
  matched: names,
  misfits: z.array(z.object({ name: z.string(), reason: z.enum(['shape', 'type']), own: shape, given: shape })),
  missing: names,
  unused: names,
})
const problem = z.looseObject({ code: z.string() }).transform((stored) => toProblem(fromProblem(stored)))
const metrics = z.record(z.string(), z.number()).transform(currentNames)
const statusFields = z.object({
  run: z.string(),
  state: z.enum(runStates),
  step: z.number(),
  steps: z.number(),
  engine: z.string(),
  learningRate: z.number(),
  parameters: z.number(),
  checkpoint: z.number().nullable(),
  problem: problem.nullable(),
  notice: problem.optional(),
  baseline: z.record(z.string(), z.number()).optional(),
  transplant: transplant.optional(),
})
const classScores = { precision: z.number(), recall: z.number(), f1: z.number() }
const namedClass = z.object({ name: z.string(), support: z.number(), ...classScores, baseline: z.object(classScores) })
const summaryFields = z.object({
  steps: z.number(),
  loss: z.number(),
  evaluation: metrics,
  parameters: z.number(),
  engine: z.string(),
  endedEarly: z.boolean().default(false),
  msPerStep: z.number(),
  stateHash: z.string(),
  classes: z.array(namedClass).optional(),
  best: z.object({ step: z.number(), loss: z.number() }).optional(),
})
const outlineFields = z.object({
  title: localText,
  task: z.string(),
  loss: z.number().nullable(),
  evaluation: z.object({ step: z.number(), loss: z.number(), metrics }).nullable(),
  curve: z
    .object({ steps: z.array(z.number()), values: z.array(z.number()) })
    .transform(({ steps, values }) => ({ steps: Int32Array.from(steps), values: Float32Array.from(values) })),
})
const recordFile = z.object({
  status: statusFields,
  summary: summaryFields.nullable(),
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

/** Throws where the file is missing or damaged. */
export async function readRecord(folder: string): Promise<RunRecord> {
  return recordFile.parse(await readJson(recordPath(folder)))
}

/** Throws LabError `run.damaged`, or why the file cannot be read. */
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

/** Removes the files of a run that never started, and the folder if nothing else is in it, such as a lock. */
export async function removeRun(folder: string): Promise<void> {
  // The record last: as long as it is there, the run is listed and can be removed again.
  for (const path of [requestPath(folder), metricsPath(folder), recordPath(folder)]) await rm(path, { force: true })
  await rmdir(folder).catch(() => undefined)
}

/** What a process that was killed leaves while it writes. */
const temporaryName = /^(lab|run)\.json\.[0-9a-f]{8}\.tmp$/

/** Removes all that a run has written, by exact names, and the folder if nothing else is in it. Of a linked folder, the link alone. */
export async function removeRunWithCheckpoints(folder: string): Promise<void> {
  if ((await lstat(folder)).isSymbolicLink()) return rm(folder) // what it leads to is not ours
  for (const name of await readdir(folder)) {
    if (isCheckpointName(name) || temporaryName.test(name)) await rm(join(folder, name), { force: true })
  }
  await removeRun(folder)
}

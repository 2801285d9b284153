/** A run's folder: `lab.json` (what was asked), `run.json` (how it stands), `metrics.jsonl`, and the process's `checkpoint.*`. */
import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { engineChoice, type EngineChoice } from '@core/contract/engine'
import type { RunStatus, RunSummary } from '@core/contract/lab'
import { fromProblem, toProblem } from '@core/errors'
import { labDocument, type LabDocument } from '@core/lab/document'
import { currentNames } from '@core/metrics/names'
import { isCheckpointName } from '@engine/checkpoint'
import { readJson, writeAtomically } from './files'

export interface RunRequest {
  readonly lab: LabDocument
  readonly engine: EngineChoice
  /** Identifier of the learner's text. */
  readonly data: string | null
  /** Folder or file whose weights it begins with. */
  readonly from: string | null
}

export interface RunRecord {
  readonly status: RunStatus
  readonly summary: RunSummary | null
  /** The host process that watches over the run: while it lives, no other may touch the run. */
  readonly owner: number
}

const requestFile = z.object({
  lab: labDocument,
  engine: engineChoice,
  data: z.string().nullable(),
  from: z.string().nullable().default(null),
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
const recordFile = z.object({
  status: z.object({
    run: z.string(),
    state: z.enum(['queued', 'starting', 'running', 'paused', 'finished', 'stopped', 'failed', 'interrupted']),
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
  }),
  summary: z
    .object({
      steps: z.number(),
      loss: z.number(),
      evaluation: z.record(z.string(), z.number()).transform(currentNames),
      parameters: z.number(),
      engine: z.string(),
      endedEarly: z.boolean().default(false),
      msPerStep: z.number(),
      stateHash: z.string(),
    })
    .nullable(),
  owner: z.number().int(),
})

export const metricsPath = (folder: string): string => join(folder, 'metrics.jsonl')

export const writeRequest = (folder: string, request: RunRequest): Promise<void> =>
  writeAtomically(join(folder, 'lab.json'), JSON.stringify(request))

export const writeRecord = (folder: string, record: RunRecord): Promise<void> =>
  writeAtomically(join(folder, 'run.json'), JSON.stringify(record))

/** Removes the files of a run that never started, and the folder if nothing else is in it, such as a lock. */
export async function removeRun(folder: string): Promise<void> {
  for (const name of ['lab.json', 'run.json', 'metrics.jsonl']) await rm(join(folder, name), { force: true })
  await rmdir(folder).catch(() => undefined)
}

/** Removes all that a run has written, by exact names, and the folder if nothing else is in it. */
export async function removeRunWithCheckpoints(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (isCheckpointName(name)) await rm(join(folder, name), { force: true })
  }
  await removeRun(folder)
}

/** Throws where a file is missing or damaged. */
export async function readRun(folder: string): Promise<{ request: RunRequest; record: RunRecord }> {
  return {
    request: requestFile.parse(await readJson(join(folder, 'lab.json'))),
    record: recordFile.parse(await readJson(join(folder, 'run.json'))),
  }
}

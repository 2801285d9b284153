/** The folder given to `train --resume`: a run saved by `train --out`, locked and validated before anything in it changes. */
import { existsSync } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { RunStatus } from '@core/contract/runs'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { sameExperiment } from '@core/lab/same'
import { readCheckpoint } from '../engine/disk-storage'
import { fileError } from '../service/file-error'
import { lockFolder } from '../service/folder-lock'
import { processStart } from '../service/process-start'
import { readRecord, readRequest, sweepRun, writeRecord, type RunRecord, type RunRequest } from '../service/run-files'

export interface KeptRun {
  readonly path: string
  readonly run: string
  readonly request: RunRequest
  /** Steps requested, or, for a finished run, steps taken. */
  readonly steps: number
  readonly isFinished: boolean
  /** Releases the lock on the folder. */
  release(): Promise<void>
}

/**
 * Throws LabError: `resume.no-training` for another folder, `folder.in-use` while another process trains in it, `run.damaged`,
 * `resume.lab-changed`, or the reason why there is no checkpoint to resume from.
 */
export async function claimKeptRun(named: string): Promise<KeptRun> {
  const path = resolve(named)
  const missing = ['lab.json', 'run.json'].find((file) => !existsSync(join(path, file)))
  if (missing !== undefined) throw new LabError('resume.no-training', { path, file: missing })
  const release = await lockFolder(path).catch((error: unknown) => {
    throw fileError(path, error)
  })
  try {
    const kept = await checked(path)
    await sweepRun(path)
    return { path, release, ...kept }
  } catch (error) {
    await release()
    throw error
  }
}

async function checked(path: string): Promise<Omit<KeptRun, 'path' | 'release'>> {
  const record = await readRecord(path).catch(() => {
    throw new LabError('run.damaged', { path: join(path, 'run.json') })
  })
  const { status, owner, ownerBegan } = record
  // The id becomes a folder name.
  if (!/^[\w-]{1,64}$/.test(status.run)) throw new LabError('run.damaged', { path: join(path, 'run.json') })
  const isElsewhere = owner !== process.pid && ownerBegan !== null && (await processStart(owner)) === ownerBegan
  if (isElsewhere) throw new LabError('folder.in-use', { path, process: owner })
  const request = await readRequest(path)
  const checkpoint = await readCheckpoint(path)
  if (!sameExperiment(withSteps(request.lab, 1), withSteps(checkpoint.lab, 1)))
    throw new LabError('resume.lab-changed', { path })
  const isFinished = (await agreeing(path, record, checkpoint.step)).state === 'finished'
  return { run: status.run, request, isFinished, steps: isFinished ? checkpoint.step : request.lab.training.steps }
}

/** Only the number of steps may change. */
const withSteps = (lab: LabDocument, steps: number): LabDocument => ({ ...lab, training: { ...lab.training, steps } })

/**
 * The status, corrected to the step of the checkpoint. They differ if the process was killed before writing its record, or if
 * the last checkpoint could not be written or is damaged: the run then counts as interrupted at its checkpoint.
 */
async function agreeing(path: string, record: RunRecord, step: number): Promise<RunStatus> {
  const { status } = record
  if (status.checkpoint === step && status.step === step) return status
  const interrupted: RunStatus = { ...status, state: 'interrupted', step, checkpoint: step }
  await writeRecord(path, { ...record, status: interrupted })
  return interrupted
}

/** Adds it to the runs of a service with this home. */
export async function linkInto(home: string, { path, run }: KeptRun): Promise<void> {
  const runs = join(home, 'runs')
  await mkdir(runs, { recursive: true })
  await symlink(path, join(runs, run), 'junction') // unlike a symbolic link, needs no special rights on Windows
}

/**
 * Steps to add to the original number; null to complete the original ones. Throws LabError `resume.finished` if no step is
 * left, and `resume.fewer-steps` if fewer than the original number are requested.
 */
export function stepsBeyond({ path, steps, isFinished }: KeptRun, wanted: number | null): number | null {
  if (isFinished && (wanted ?? steps) <= steps) throw new LabError('resume.finished', { path, steps })
  if (wanted !== null && wanted < steps) throw new LabError('resume.fewer-steps', { steps, wanted })
  return wanted === null || wanted === steps ? null : wanted - steps
}

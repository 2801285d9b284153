/**
 * Runs that train in a page, as its host sees them. The page owns such a run while it trains; the host keeps its record and checkpoints, as
 * they are reported, so that it outlives the page.
 */
import { z } from 'zod'
import { labDocument, type LabDocument } from '../lab/document'
import { runId } from './look'
import { recordedStatus, recordedSummary } from './run-record'
import { runStates, type RunCommand, type RunStatus } from './runs'
import { method } from './table'

/** Names one page's training of a run: once another has taken over, the reports of the first are refused. */
export const leaseId = z.string().regex(/^[0-9a-f]{16}$/)

const mostPoints = 100_000
const points = z
  .object({
    steps: z.custom<Int32Array>((value) => value instanceof Int32Array),
    values: z.custom<Float32Array>((value) => value instanceof Float32Array),
  })
  .refine(({ steps, values }) => steps.length === values.length && steps.length <= mostPoints, 'as many steps as values')
  .refine(({ steps }) => steps.every((step, index) => step >= 0 && step > (steps[index - 1] ?? -1)), 'steps in order')
const series = z.record(z.string().max(64), points).refine((parts) => Object.keys(parts).length <= 64, 'at most 64 series')

/** States of a run that a page can report. */
const reported = z.enum(runStates).exclude(['queued', 'interrupted'])

/** A plain file name of a checkpoint. */
const fileName = z.string().regex(/^checkpoint\.[\w.-]{1,100}$/)
export const storedFile = z.object({ name: fileName, bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array) })
export type StoredFile = z.infer<typeof storedFile>

export const runReport = z.object({
  run: z.string().regex(/^[0-9a-z]{8,9}-[0-9a-f]{12}$/),
  lease: leaseId,
  /** Its lab, if the page begins it or takes it over: `after` so many steps. Where it had ended before it was extended, if it was. */
  begin: z
    .object({
      lab: labDocument,
      data: z
        .string()
        .regex(/^[0-9a-f]{16}$/)
        .nullable(),
      after: z.number().int().nonnegative(),
      continuedFrom: z.number().int().nonnegative().nullable(),
    })
    .nullable(),
  status: recordedStatus.extend({ state: reported }),
  /** Points since the last report. Points that were reported before are replaced. */
  series,
  summary: recordedSummary.nullable(),
  /** Files of checkpoints that are new or have changed. */
  files: z.array(storedFile).max(32),
  /** The names of all files of checkpoints; others are removed. */
  kept: z.array(fileName).max(32),
})
export type RunReport = z.infer<typeof runReport>

/** What is needed to continue a run elsewhere. */
export interface RunCheckpoint {
  readonly lab: LabDocument
  readonly data: string | null
  readonly continuedFrom: number | null
  readonly status: RunStatus
  readonly files: readonly StoredFile[]
}

export const pageRunMethods = {
  /**
   * Resolves when what is reported is on the disk. Throws LabError `run.unknown` for one that is deleted, `run.taken-over`, or `run.under-way`
   * if another page trains it.
   */
  'runs.report': method(runReport).returns<void>(),
  /** Streams the commands that others give to a run that trains in this page, as long as it does. The run is interrupted when the page leaves. */
  'runs.commands': method(z.object({ run: runId, lease: leaseId }))
    .streams<RunCommand>()
    .returns<null>(),
  /** The last checkpoint of a run, for a page. Throws LabError `run.no-checkpoint` or `run.too-large-to-send`. */
  'runs.checkpoint': method(z.object({ run: runId })).returns<RunCheckpoint>(),
} as const

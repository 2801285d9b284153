/**
 * A submission (`.labwork`): a pupil's labs, runs with their records, progress in the lessons with all answers, and the weights if they are
 * included. It is data: nothing in it is executed but the blocks of this application.
 */
import { z } from 'zod'
import { lessonProgress } from '../lessons/progress'
import { identifier, listedFiles, portablePath, sha256 } from './files'

export const workVersion = 1

const metrics = z.record(z.string().max(64), z.number())

/** Where a run was trained: results are the same bytes only if all of it is the same. */
export const environment = z.strictObject({
  version: z.string().max(40),
  engine: z.string().max(64),
  /** Such as `node 20.20.0`. */
  runtime: z.string().max(64),
  /** Such as `linux x64`. */
  platform: z.string().max(64),
  processor: z.string().max(128),
})
export type Environment = z.output<typeof environment>

export const submittedRun = z.strictObject({
  assignment: identifier,
  lab: portablePath,
  /** The pupil's own data; null where the kit's, or none, was used. */
  data: portablePath.nullable(),
  environment,
  steps: z.number().int().nonnegative(),
  /** Loss and metrics of the last evaluation. */
  evaluation: metrics,
  /** SHA-256 over all states in name order. */
  stateHash: sha256,
  /** The training loss: at most 1,000 steps, counted from 1, and their values. */
  curve: z
    .strictObject({ steps: z.array(z.number().int().min(1)).max(1000), values: z.array(z.number()).max(1000) })
    .refine(({ steps, values }) => steps.length === values.length, 'as many values as steps'),
  /** All states as safetensors, if included. */
  weights: portablePath.nullable(),
})
export type SubmittedRun = z.output<typeof submittedRun>

export const workManifest = z.strictObject({
  format: z.literal('attention-lab-work'),
  version: z.literal(workVersion),
  /** The kit it belongs to. */
  kit: sha256,
  pupil: z.string().min(1).max(100),
  /** When it was made, by the pupil's clock. */
  made: z.iso.datetime(),
  /** The run to grade is the last one of an assignment; the others show the work. */
  runs: z.array(submittedRun).max(200),
  lessons: z.record(identifier, lessonProgress),
  files: listedFiles,
})
export type WorkManifest = z.output<typeof workManifest>

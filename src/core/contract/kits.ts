/** Class kits in a workspace: what is stored of one, and what is asked for to make, hand in and grade. */
import { z } from 'zod'
import { handMarks, type Graded } from '../classroom/grade'
import { identifier, portablePath, sha256 } from '../classroom/files'
import { kitSpec, type KitSpec } from '../classroom/kit'
import type { Locks } from '../classroom/locks'
import type { Problem } from '../errors'
import { labDocument, type LocalText } from '../lab/document'
import { runId } from './look'

export const kitId = sha256
const archive = z.instanceof(Uint8Array<ArrayBuffer>)

export interface AssignmentSummary {
  readonly id: string
  readonly title: LocalText
  readonly text: LocalText
  /** Title of its lab. */
  readonly lab: LocalText
  readonly locks: Locks
}

export interface KitSummary {
  readonly id: string
  readonly title: LocalText
  readonly summary: LocalText
  /** ISO 8601 date and time. */
  readonly due: string | null
  /** Whether it has the hidden data. */
  readonly isTeachers: boolean
  readonly lessons: readonly string[]
  /** Whether each lesson opens when the one before is completed. */
  readonly lessonsInOrder: boolean
  readonly assignments: readonly AssignmentSummary[]
  /** Of the whole rubric. */
  readonly points: number
}

/** The run of each assignment that counts comes last. */
export const workRequest = z.object({
  kit: kitId,
  pupil: z.string().trim().min(1).max(100),
  runs: z.array(z.object({ assignment: identifier, run: runId })).max(200),
  weights: z.boolean().default(false),
})
export const validationRequest = workRequest.pick({ kit: true, runs: true })

export const gradeRequest = z.object({
  kit: kitId,
  works: z.array(z.object({ file: z.string().max(255), bytes: archive })).max(200),
  trainAgain: z.boolean().default(true),
  /** Marks given by hand, by file. */
  marks: z.record(z.string().max(255), handMarks).default({}),
})

/** One submission after another, each as soon as it is graded. */
export type GradedFile =
  | { readonly file: string; readonly graded: Graded; readonly problem: null }
  | { readonly file: string; readonly graded: null; readonly problem: Problem }

/** `labs` by assignment. `texts` by the path that the specification names, `data` the same for texts of the workspace, by id. */
export const kitRequest = z.object({
  spec: kitSpec as z.ZodType<KitSpec, KitSpec>,
  labs: z.record(identifier, labDocument),
  texts: z.record(portablePath, archive),
  data: z.record(portablePath, z.string().regex(/^[0-9a-f]{16}$/)).default({}),
})

export interface MadeKitFiles {
  readonly pupils: Uint8Array<ArrayBuffer>
  readonly teachers: Uint8Array<ArrayBuffer>
}

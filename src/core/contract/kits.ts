/** Class kits in a workspace: what is stored of one, and what is asked for to make, hand in and grade. */
import { z } from 'zod'
import type { Graded } from '../classroom/grade'
import { identifier, portablePath, sha256 } from '../classroom/files'
import { kitSpec, type KitSpec } from '../classroom/kit'
import type { Locks } from '../classroom/locks'
import type { Problem } from '../errors'
import { labDocument, type LabDocument, type LocalText } from '../lab/document'
import { runId } from './look'
import type { Progress } from './progress'
import { method } from './table'

export const kitId = sha256
const archive = z.instanceof(Uint8Array<ArrayBuffer>)

export interface AssignmentSummary {
  readonly id: string
  readonly title: LocalText
  readonly text: LocalText
  /** Title of its lab, and the kind of its task. */
  readonly lab: LocalText
  readonly task: string
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

export const gradeRequest = z.object({ kit: kitId, bytes: archive, trainAgain: z.boolean().default(true) })

export interface GradedWork {
  /** SHA-256 of the submission. */
  readonly work: string
  readonly graded: Graded
}

/** A mark given by hand, for an item of the rubric. */
export const markRequest = z.object({ kit: kitId, work: sha256, item: z.string().max(64), points: z.number().min(0).max(1000) })

/** What came of a file that should be a submission. */
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

export const kitMethods = {
  /** Adds a class kit to the workspace; the same kit again replaces it. Throws LabError `archive.…` for a file that is none. */
  'kits.add': method(z.object({ bytes: archive })).returns<KitSummary>(),
  'kits.list': method(z.object({})).returns<readonly KitSummary[]>(),
  /** Deletes a kit with its lessons. Runs and progress stay. Throws `kit.unknown`. */
  'kits.remove': method(z.object({ id: kitId })).returns<void>(),
  /** The lab of an assignment; the text it reads is added to the workspace. */
  'kits.lab': method(z.object({ id: kitId, assignment: identifier })).returns<{
    readonly lab: LabDocument
    readonly data: string | null
  }>(),
  /** Makes a submission of finished runs and the progress in the kit's lessons. */
  'kits.submit': method(workRequest).returns<Uint8Array<ArrayBuffer>>(),
  /** Grades one's own work as the teacher would, without the hidden data: trains again from the seed. */
  'kits.validate': method(validationRequest).streams<Progress>().returns<Graded>(),
  /** Grades a submission, with the marks that were given by hand before. */
  'kits.grade': method(gradeRequest).for('owner').returns<GradedWork>(),
  /** Keeps a mark given by hand for as long as the workspace exists. */
  'kits.mark': method(markRequest).for('owner').returns<void>(),
  /** Makes both editions of a kit. */
  'kits.make': method(kitRequest).for('owner').returns<MadeKitFiles>(),
} as const

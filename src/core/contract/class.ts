/** A class around a desk: what the teacher sees of each pupil, and what pupils see of the teacher. */
import { z } from 'zod'
import { identifier } from '../classroom/files'
import type { Problem } from '../errors'
import { labDocument, type LabDocument } from '../lab/document'
import { kitId, workRequest, type GradedWork, type KitSummary } from './kits'
import type { Points } from '../series/series'
import type { RunState } from './runs'
import { method } from './table'

export const pupilId = z.string().regex(/^[0-9a-f]{12}$/)

/** Why a pupil may need help. */
export type HelpReason =
  /** Asked for it. */
  | 'asked'
  /** The last run failed; the problem says why. */
  | 'failed'
  /** Three wrong answers to one question. */
  | 'wrong-answers'
  /** Nothing was done for some minutes. */
  | 'idle'

export interface PupilView {
  readonly id: string
  readonly name: string
  readonly isConnected: boolean
  /** The lesson that was worked on last, and how far it is. */
  readonly lesson: { readonly id: string; readonly screen: number; readonly done: number } | null
  readonly run: {
    readonly title: string
    readonly state: RunState
    readonly step: number
    readonly steps: number
    readonly accuracy: number | null
    readonly problem: Problem | null
  } | null
  readonly help: readonly HelpReason[]
  /** Number of submissions. */
  readonly handedIn: number
}

export interface ClassPart {
  readonly title: string
  readonly code: string
  readonly isOpen: boolean
  /** What pupils type, without a secret. */
  readonly addresses: readonly string[]
  readonly isPaused: boolean
  readonly kit: string | null
  readonly pupils: readonly PupilView[]
}

/** What a pupil works on; null where nothing is open or was trained. */
export interface PupilScreen {
  readonly lab: LabDocument | null
  /** Training loss of the last run, downsampled. */
  readonly curve: Points | null
}

/** What a teacher brings everybody to: a lesson, or a lab. */
export const announcement = z.object({
  lesson: identifier.nullable().default(null),
  lab: labDocument.nullable().default(null),
})

/** What a pupil's page follows. */
export interface PupilPart {
  readonly title: string
  /** Counts the announcements; the page acts on one that is new to it. */
  readonly announcements: number
  readonly lesson: string | null
  readonly lab: LabDocument | null
  readonly isPaused: boolean
  readonly kit: string | null
  readonly hasAskedForHelp: boolean
}

export const classChange = z.object({
  title: z.string().max(200).optional(),
  isOpen: z.boolean().optional(),
  newCode: z.boolean().optional(),
  isPaused: z.boolean().optional(),
  /** A kit of the teacher's workspace for everybody; null for none. */
  kit: kitId.nullable().optional(),
})

/** `id` names the submission, so that one that is sent twice, after a lost connection, counts once. */
export const handInRequest = workRequest.omit({ pupil: true }).extend({ id: z.string().regex(/^[0-9a-f-]{8,64}$/) })

export const handInFile = z.object({ id: z.string().regex(/^[0-9a-f-]{8,64}$/), bytes: z.instanceof(Uint8Array) })

export interface HandedIn {
  readonly file: string
  readonly pupil: string
  /** Milliseconds since 1970. */
  readonly time: number
  readonly bytes: number
}

export const classGrade = z.object({ kit: kitId, file: z.string().max(255), trainAgain: z.boolean().default(true) })

export const classMethods = {
  /** The class around this desk, again whenever it changes, until cancelled. All `class` methods throw `class.none` without a class. */
  'class.watch': method(z.object({})).for('owner').streams<ClassPart>().returns<null>(),
  /** Lets the room in: the host listens beyond this computer from now on. Throws LabError `host.port-taken` or `class.not-here`. */
  'class.open': method(z.object({ title: z.string().trim().min(1).max(200) }))
    .for('owner')
    .returns<void>(),
  /** Ends the class: pupils are disconnected, and this computer is closed to the room. Throws LabError `class.ends-with-host`. */
  'class.close': method(z.object({})).for('owner').returns<void>(),
  'class.change': method(classChange).for('owner').returns<void>(),
  /** Brings everybody to a lesson, or shows everybody a lab. */
  'class.bring': method(announcement).for('owner').returns<void>(),
  /** The personal code of a pupil. */
  'class.key': method(z.object({ pupil: pupilId }))
    .for('owner')
    .returns<string>(),
  /** What a pupil works on: a copy of the lab, and the curve of the last run. */
  'class.screen': method(z.object({ pupil: pupilId }))
    .for('owner')
    .returns<PupilScreen>(),
  /** Marks a pupil's call for help as dealt with. */
  'class.helped': method(z.object({ pupil: pupilId }))
    .for('owner')
    .returns<void>(),
  /** All answers of the class to the pieces of a lesson, in no order. */
  'class.answers': method(z.object({ lesson: identifier }))
    .for('owner')
    .returns<Readonly<Record<string, readonly unknown[]>>>(),
  'class.works': method(z.object({})).for('owner').returns<readonly HandedIn[]>(),
  /** Grades what was handed in, as `kits.grade` does. */
  'class.grade': method(classGrade).for('owner').returns<GradedWork>(),
  /** What the teacher tells the class, until cancelled. */
  'class.follow': method(z.object({})).for('learner').streams<PupilPart>().returns<null>(),
  'class.help': method(z.object({ wanted: z.boolean() }))
    .for('learner')
    .returns<void>(),
  /** Adds the kit of the class to one's own workspace. */
  'class.takeKit': method(z.object({})).for('learner').returns<KitSummary>(),
  /** The pupils' edition of the class's kit, for an installed lab. */
  'class.kitFile': method(z.object({})).for('learner').returns<Uint8Array<ArrayBuffer>>(),
  /** Hands in what an installed lab made; the same submission again changes nothing. */
  'class.handInFile': method(handInFile).for('learner').returns<HandedIn>(),
  /** Hands in at the desk; the same submission again changes nothing. */
  'class.handIn': method(handInRequest).for('learner').returns<HandedIn>(),
} as const

/** A class around a desk: what the teacher sees of each pupil, and what pupils see of the teacher. */
import { z } from 'zod'
import { identifier } from '../classroom/files'
import type { Problem } from '../errors'
import { labDocument, type Graph, type LabDocument, type LocalText } from '../lab/document'
import { kitId, workRequest, type GradedWork, type KitSummary } from './kits'
import { runId } from './look'
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
    readonly title: LocalText
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

/** What has changed of the small picture of a pupil's screen. */
export interface ThumbnailChange {
  /** Null where no lab is open. */
  readonly lab?: {
    readonly title: LocalText
    /** Number of blocks, groups counted once. */
    readonly blocks: number
    /** Without settings and groups; null for one with too many blocks for a small picture, or one that cannot be read. */
    readonly graph: Graph | null
  } | null
  /** Training loss of the last run, downsampled. */
  readonly curve?: Points | null
}

/** Runs of the class that differ in the seed only: same lab, same data, no weights of other runs. */
export interface ClassExperiment {
  /** One of its runs. */
  readonly id: string
  readonly title: LocalText
  readonly task: string
  readonly steps: number
  /** Number of pupils with such a run. */
  readonly pupils: number
  /** Number of finished runs with different seeds: each counts once. */
  readonly seeds: number
  /** Number of finished runs with a seed that has been counted. */
  readonly repeats: number
}

/** The latest run of a pupil with a seed. */
export interface ClassRun {
  readonly run: string
  /** Name of the pupil. */
  readonly pupil: string
  readonly seed: number
  readonly state: RunState
  readonly step: number
  /** Whether it counts: it has finished, as the first one with its seed. */
  readonly counts: boolean
  /** `loss` and the metrics of the last evaluation on the validation set; null before the first. */
  readonly validation: Readonly<Record<string, number>> | null
  /** Training loss, downsampled. */
  readonly curve: Points
}

/** The experiments of the class, the one with the most seeds first, and the runs of one of them. */
export interface ClassRuns {
  readonly experiments: readonly ClassExperiment[]
  readonly chosen: ClassExperiment | null
  readonly runs: readonly ClassRun[]
}

/** What a report says of a pupil. */
export interface PupilReport {
  readonly pupil: PupilView
  /** Lessons that were worked on, the last one first. */
  readonly lessons: readonly { readonly id: string; readonly done: number }[]
  readonly runs: number
  readonly finished: number
}

/** What a teacher brings everybody to: a lesson, or a lab, which each pupil may get with a seed of their own. */
export const announcement = z.object({
  lesson: identifier.nullable().default(null),
  lab: labDocument.nullable().default(null),
  ownSeeds: z.boolean().default(false),
})

/** What a pupil's page follows. */
export interface PupilPart {
  readonly title: string
  /** Counts the announcements; the page acts on one that is new to it. */
  readonly announcements: number
  readonly lesson: string | null
  readonly lab: LabDocument | null
  /** Whether the seed of the lab is the pupil's own. */
  readonly hasOwnSeed: boolean
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
  /** The small pictures of these pupils' screens, then only what has changed, until cancelled. Unknown pupils are left out. */
  'class.screens': method(z.object({ pupils: z.array(pupilId).max(400) }))
    .for('owner')
    .streams<Readonly<Record<string, ThumbnailChange>>>()
    .returns<null>(),
  /** The class's runs as experiments over their seeds, again whenever they change, until cancelled. `experiment` is the id of one; null for the largest. */
  'class.runs': method(z.object({ experiment: runId.nullable() }))
    .for('owner')
    .streams<ClassRuns>()
    .returns<null>(),
  /** What everybody has worked on, for a report. */
  'class.report': method(z.object({})).for('owner').returns<readonly PupilReport[]>(),
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

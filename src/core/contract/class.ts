/** A class around a desk: what the teacher sees of everybody, and what a pupil is told. */
import { z } from 'zod'
import { identifier } from '../classroom/files'
import type { Problem } from '../errors'
import { labDocument, type LabDocument } from '../lab/document'
import { kitId, workRequest } from './kits'
import type { Points } from '../series/series'
import type { RunState } from './runs'

export const pupilId = z.string().regex(/^[0-9a-f]{12}$/)

/** Why somebody may need help. */
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

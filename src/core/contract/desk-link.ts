/** An installed lab and the desk that it has met: it fetches the kit, works on without the network, and hands in when the desk is back. */
import { z } from 'zod'
import { workRequest } from './kits'
import { method } from './table'

/** `10.0.0.5:7070`, with or without `http://`. */
const address = z.string().trim().min(1).max(200)

/** A name and the class code the first time, the personal code afterwards. */
export const meetRequest = z.union([
  z.strictObject({ address, name: z.string().max(200), code: z.string().max(40) }),
  z.strictObject({ address, key: z.string().max(40) }),
])

export const deskHandIn = workRequest.omit({ pupil: true })

export interface DeskLink {
  readonly address: string
  /** Of the class. */
  readonly title: string
  readonly name: string
  /** The personal code. */
  readonly key: string
  readonly isReachable: boolean
  /** Submissions that wait for the desk. */
  readonly waiting: number
  /** The kit that was fetched; null for none. */
  readonly kit: string | null
}

/** A class that announces itself in the network. */
export interface FoundDesk {
  /** May be empty. */
  readonly title: string
  /** As it could be typed: `10.0.0.5:7070`. */
  readonly address: string
}

export const deskMethods = {
  /** Looks for classes in the network, until cancelled: those found, again whenever they change. */
  'desk.find': method(z.object({})).for('owner').streams<readonly FoundDesk[]>().returns<null>(),
  /** Meets the desk of a class in the room, with the class code or a personal code. */
  'desk.meet': method(meetRequest).for('owner').returns<DeskLink>(),
  /** The desk that was met, again whenever something changes, until cancelled; null for none. */
  'desk.watch': method(z.object({})).for('owner').streams<DeskLink | null>().returns<null>(),
  'desk.leave': method(z.object({})).for('owner').returns<void>(),
  /** Fetches the kit of the class into the workspace; its id. */
  'desk.fetchKit': method(z.object({})).for('owner').returns<string>(),
  /** Hands in at the desk, now or as soon as it can be reached. */
  'desk.handIn': method(deskHandIn).for('owner').returns<void>(),
} as const

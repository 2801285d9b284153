/** An installed lab and the desk that it has met: it fetches the kit, works on without the network, and hands in when the desk is back. */
import { z } from 'zod'
import { workRequest } from './kits'

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

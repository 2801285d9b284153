/** What undo goes back through: the document, the learner's own data, and what is muted. Immutable; a change gives another one. */
import { dequal } from 'dequal/lite'
import type { LabDocument } from '@core/lab/document'
import { readingOf } from '@core/tasks'

/** Multipliers by gate: 0 where muted, 1 elsewhere. Gates that mute nothing are not mentioned. */
export type Mutes = Readonly<Record<string, readonly number[]>>

export interface Work {
  readonly document: LabDocument
  /** The learner's own text and table, which stay chosen while a task is looked at that reads the other, or neither. */
  readonly own: { readonly text: string | null; readonly table: string | null }
  readonly mutes: Mutes
}

/** `data` is the learner's own text or table, whichever the task reads; null for what is built in. */
export const startWork = (document: LabDocument, data: string | null): Work =>
  withData({ document, own: { text: null, table: null }, mutes: {} }, data)

export function dataOf({ document, own }: Work): string | null {
  const reading = readingOf(document.task.kind)
  return reading && own[reading]
}

/** The same work where the task reads no data of one's own, or these already. */
export function withData(work: Work, data: string | null): Work {
  const reading = readingOf(work.document.task.kind)
  return reading && work.own[reading] !== data ? { ...work, own: { ...work.own, [reading]: data } } : work
}

/** The same work where these are its mutes already. */
export function withMutes(work: Work, mutes: Mutes): Work {
  const muting = Object.fromEntries(Object.entries(mutes).filter(([, multipliers]) => multipliers.some((each) => each !== 1)))
  return dequal(work.mutes, muting) ? work : { ...work, mutes: muting }
}

/** Without the mutes of gates that the model lacks, or has in another size. `sizes` is the number of multipliers by gate. */
export const withoutLostMutes = (work: Work, sizes: ReadonlyMap<string, number>): Work =>
  withMutes(work, Object.fromEntries(Object.entries(work.mutes).filter(([gate, { length }]) => sizes.get(gate) === length)))

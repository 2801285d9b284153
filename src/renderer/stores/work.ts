/** The state covered by undo: document, custom data and mutes. Immutable. */
import { dequal } from 'dequal/lite'
import type { LabDocument } from '@core/lab/document'
import { readingOf } from '@core/tasks'

/** Multipliers by gate: 0 if muted, else 1. Gates without mutes are omitted. */
export type Mutes = Readonly<Record<string, readonly number[]>>

export interface Work {
  readonly document: LabDocument
  /** Ids of custom text and table, kept while the task reads the other or neither. */
  readonly own: { readonly text: string | null; readonly table: string | null }
  readonly mutes: Mutes
}

/** `data` is the id of the custom text or table that the task reads; null for built-in data. */
export const startWork = (document: LabDocument, data: string | null): Work =>
  withData({ document, own: { text: null, table: null }, mutes: {} }, data)

export function dataOf({ document, own }: Work): string | null {
  const reading = readingOf(document.task.kind)
  return reading && own[reading]
}

/** Returns the same object if the task reads no custom data or it is unchanged. */
export function withData(work: Work, data: string | null): Work {
  const reading = readingOf(work.document.task.kind)
  return reading && work.own[reading] !== data ? { ...work, own: { ...work.own, [reading]: data } } : work
}

/** Returns the same object if the mutes are unchanged. */
export function withMutes(work: Work, mutes: Mutes): Work {
  const muting = Object.fromEntries(Object.entries(mutes).filter(([, multipliers]) => multipliers.some((each) => each !== 1)))
  return dequal(work.mutes, muting) ? work : { ...work, mutes: muting }
}

/** Removes mutes of gates that the model lacks or that changed size. `sizes` is the number of multipliers by gate. */
export const withoutLostMutes = (work: Work, sizes: ReadonlyMap<string, number>): Work =>
  withMutes(work, Object.fromEntries(Object.entries(work.mutes).filter(([gate, { length }]) => sizes.get(gate) === length)))

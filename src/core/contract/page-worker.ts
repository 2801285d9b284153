/** The API of a page's own worker: one model, whose checkpoints are in memory until the page has passed them on. */
import { z } from 'zod'
import { storedFile, type StoredFile } from './page-runs'
import { event, method } from './table'
import { modelMethods, workerEvents, workerMethods } from './worker'

export const pageWorkerMethods = {
  ...modelMethods,
  measure: workerMethods.measure,
  /** Puts checkpoint files into a folder of the worker's memory, before it trains or opens what is there. */
  fill: method(z.object({ directory: z.string(), files: z.array(storedFile) })).returns<void>(),
} as const
export type PageWorkerMethods = typeof pageWorkerMethods

/** Files of checkpoints that were written, and the names of all. */
export interface StoredFiles {
  readonly files: readonly StoredFile[]
  readonly kept: readonly string[]
}

export const pageWorkerEvents = {
  ...workerEvents,
  /** A checkpoint was written. */
  stored: event<StoredFiles>(),
} as const
export type PageWorkerEvents = typeof pageWorkerEvents

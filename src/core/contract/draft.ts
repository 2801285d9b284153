/** Drafts: unsaved work of pages, kept by the host, one per lab open in a window. */
import { z } from 'zod'
import type { LocalText } from '../lab/document'

export const draftId = z.string().regex(/^[a-z0-9-]{1,64}$/)

export const draft = z.object({
  /** The window that last edited it. */
  window: draftId,
  /** Whether it has unsaved changes. */
  dirty: z.boolean(),
  /** Milliseconds since 1970. */
  time: z.number(),
  /** The lab document, in the version that wrote it. */
  document: z.unknown(),
  /** The file it was saved to or opened from. */
  path: z.string().nullable(),
  name: z.string().nullable(),
  /** The learner's own text or table. */
  data: z.string().nullable(),
  /** The run on screen, with the lab and data it trains on. */
  run: z.object({ id: z.string(), document: z.unknown(), data: z.string().nullable() }).nullable(),
  /** Undo history in the page's own format; null for none. */
  history: z.string().max(50_000_000).nullable().default(null),
})
export type Draft = z.infer<typeof draft>

export interface DraftSummary extends Pick<Draft, 'window' | 'dirty' | 'time'> {
  readonly id: string
  readonly title: LocalText
  /** Whether its window is open. */
  readonly open: boolean
}

/** Drafts: unsaved work that the host keeps for pages, one for each lab that a window has open. */
import { z } from 'zod'
import type { LocalText } from '../lab/document'

export const draftId = z.string().regex(/^[a-z0-9-]{1,64}$/)

export const draft = z.object({
  /** The window that it was edited in last. */
  window: draftId,
  /** Whether it holds changes that were not saved. */
  dirty: z.boolean(),
  /** Milliseconds since 1970. */
  time: z.number(),
  /** The lab document, of the version that wrote it. */
  document: z.unknown(),
  /** Where it was saved or opened from. */
  path: z.string().nullable(),
  name: z.string().nullable(),
  /** The learner's own text or table. */
  data: z.string().nullable(),
  /** The run on screen, and what it trains. */
  run: z.object({ id: z.string(), document: z.unknown(), data: z.string().nullable() }).nullable(),
  /** Steps of undo, as the page writes them; null for none. */
  history: z.string().max(50_000_000).nullable().default(null),
})
export type Draft = z.infer<typeof draft>

export interface DraftSummary extends Pick<Draft, 'window' | 'dirty' | 'time'> {
  readonly id: string
  readonly title: LocalText
  /** Whether its window is open now. */
  readonly open: boolean
}

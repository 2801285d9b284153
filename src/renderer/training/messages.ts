/** What the page and its training thread say to each other: plain data. */
import type { RunSummary } from '@core/contract/runs'
import type { Problem } from '@core/errors'

/** The one message to the thread. The lab is checked there, as one from a file; `data` is the learner's text, where its task takes one. */
export interface TrainingRequest {
  readonly lab: unknown
  readonly data: string | null
}

/** A summary or a problem is the last. */
export type TrainingNews =
  | { readonly kind: 'step'; readonly step: number; readonly loss: number }
  | { readonly kind: 'summary'; readonly summary: RunSummary }
  | { readonly kind: 'problem'; readonly problem: Problem }

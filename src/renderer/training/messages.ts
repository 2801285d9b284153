/** Messages between the page and its training worker, as plain data. */
import type { RunSummary } from '@core/contract/runs'
import type { Problem } from '@core/errors'

/** The only message to the worker, which validates the lab like one from a file. `data` is custom data, if the task takes any. */
export interface TrainingRequest {
  readonly lab: unknown
  readonly data: string | null
}

/** A summary or a problem is the last message. */
export type TrainingNews =
  | { readonly kind: 'step'; readonly step: number; readonly loss: number }
  | { readonly kind: 'summary'; readonly summary: RunSummary }
  | { readonly kind: 'problem'; readonly problem: Problem }

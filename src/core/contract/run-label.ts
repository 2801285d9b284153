/** What the user of a host calls a run: kept beside its record, and shown in the list of runs. */
import { z } from 'zod'
import { runId } from './look'
import { method } from './table'

/** Limits in characters, and on the number of tags. */
export const labelLimits = { name: 100, note: 2000, tag: 32, tags: 20 } as const

const tag = z.string().trim().min(1).max(labelLimits.tag)
export const runLabel = z.object({
  /** Empty if the lab's title is enough. */
  name: z.string().trim().max(labelLimits.name),
  note: z.string().max(labelLimits.note),
  tags: z
    .array(tag)
    .max(labelLimits.tags)
    .transform((tags) => [...new Set(tags)]),
  starred: z.boolean(),
})
export type RunLabel = z.infer<typeof runLabel>

export const noLabel: RunLabel = { name: '', note: '', tags: [], starred: false }

export const runLabelMethods = {
  /** Replaces the label of a run. Resolves once on disk. Throws LabError `run.unknown`. */
  'runs.label': method(runLabel.extend({ run: runId })).returns<void>(),
} as const

/** For tests: samples as texts, to be compared. */
import { readBatch } from './read'
import type { Batch, TaskSpec } from './types'

/** What a model is shown of each sample, as one text each: the source where there is one, else tokens and numbers. */
export function samplesOf(spec: TaskSpec, batch: Batch): string[] {
  return readBatch(spec, batch).map(({ tokens, source, features }) =>
    source.length > 0 ? source.join(' ') : [...tokens, ...features].join(' '),
  )
}

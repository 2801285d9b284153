/** For tests: samples as comparable texts. */
import { readBatch } from './read'
import type { Batch, TaskSpec } from './types'

/** Each sample's input as one text: the source if there is one, else tokens and numbers. */
export function samplesOf(spec: TaskSpec, batch: Batch): string[] {
  return readBatch(spec, batch).map(({ tokens, source, features }) =>
    source.length > 0 ? source.join(' ') : [...tokens, ...features].join(' '),
  )
}

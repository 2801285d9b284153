/** Decodes a model with a source: the logits of the next token for several prefixes of the same source. */
import type { Mutes } from '@core/contract/look'
import { LabError } from '@core/errors'
import type { Batch } from '@core/tasks/types'
import { batchFeeds, gatesOf } from '../feeds'
import type { Model } from '../model'
import type { Next } from './decoding'

/** For at most `rows` prefixes at once; `source` are token ids. Throws LabError for a source that cannot be read. */
export function createSourceDecoder(model: Model, source: readonly number[], rows: number, mutes: Mutes = {}): Next {
  const { length, classes, source: read } = model.signature
  if (!read) throw new LabError('generate.no-source')
  if (source.length > read.length) throw new LabError('generate.source-too-long', { given: source.length, limit: read.length })
  const { program, executable } = model.program('infer', { batch: rows })
  const gates = gatesOf(program, mutes)
  const sources = paddedRows(
    Array.from({ length: rows }, () => source),
    read.length,
    rows,
  )
  return async (beginnings) => {
    const { ids: tokens, mask } = paddedRows(beginnings, length, rows)
    const batch: Batch = { tokens, mask, targets: tokens, source: sources.ids, sourceMask: sources.mask }
    const outputs = await model.alone(() => executable.run(batchFeeds(program, batch, gates), ['logits']))
    const logits = outputs.get('logits')!
    return beginnings.map((ids, row) => {
      const at = (row * length + ids.length - 1) * classes
      return Float32Array.from(logits.subarray(at, at + classes))
    })
  }
}

/** (rows, length) with a mask; the rest is padding. */
function paddedRows(
  given: readonly (readonly number[])[],
  length: number,
  rows: number,
): { ids: Int32Array; mask: Float32Array } {
  const ids = new Int32Array(rows * length)
  const mask = new Float32Array(rows * length)
  given.forEach((row, index) => {
    ids.set(row, index * length)
    mask.fill(1, index * length, index * length + row.length)
  })
  return { ids, mask }
}

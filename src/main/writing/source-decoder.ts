/** A trained model that writes while it reads: the logits of what follows in sequences that all have the same source. */
import { LabError } from '@core/errors'
import { compile } from '@core/graph/compile'
import type { LabDocument } from '@core/lab/document'
import type { Signature } from '@core/signature'
import type { Batch } from '@core/tasks/types'
import type { Next } from './decoding'
import type { Executor } from '@engine/executor'
import { batchFeeds } from '@engine/feeds'

export interface SourceDecoder {
  readonly next: Next
  dispose(): void
}

/** For at most so many `rows` at once. `weights` are the lab's states by name, `source` are token ids. */
export async function createSourceDecoder(
  executor: Executor,
  { lab, signature, weights }: { lab: LabDocument; signature: Signature; weights: ReadonlyMap<string, Float32Array> },
  source: readonly number[],
  rows: number,
): Promise<SourceDecoder> {
  const { length, classes, source: read } = signature
  if (!read) throw new LabError('generate.no-source')
  if (source.length > read.length) throw new LabError('generate.source-too-long', { given: source.length, limit: read.length })
  const program = compile(lab, signature, { mode: 'infer', batch: rows })
  const store = executor.createStore()
  const executable = await executor.compile(program, store)
  store.write(new Map(program.states.map(({ name }) => [name, weights.get(name)!])))
  const sources = paddedRows(
    Array.from({ length: rows }, () => source),
    read.length,
    rows,
  )

  return {
    async next(beginnings) {
      const { ids: tokens, mask } = paddedRows(beginnings, length, rows)
      const batch: Batch = { tokens, mask, targets: tokens, source: sources.ids, sourceMask: sources.mask }
      const logits = (await executable.run(batchFeeds(program, batch, new Map()), ['logits'])).get('logits')!
      return beginnings.map((ids, row) => {
        const at = (row * length + ids.length - 1) * classes
        return Float32Array.from(logits.subarray(at, at + classes))
      })
    },
    dispose() {
      executable.dispose()
      store.dispose()
    },
  }
}

/** (rows, length) with a mask; what is missing is padding. */
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

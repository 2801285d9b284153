/** Batches of repeated random tokens, of the task's vocabulary. */
import { repeatedTokens, shortestRepeated } from '@core/heads/repeated'
import { stream } from '@core/random/stream'
import { batchOf } from '@core/tasks/samples'
import type { Batch, TaskSpec } from '@core/tasks/types'
import type { Tokeniser } from '@core/tokenisers'

/** Fixed, so that the scores of two models, or of two steps, are of the same sequences. */
const seed = 0
const sequences = 64

/** At least 64 sequences of full length, always the same ones. Empty if the task reads numbers, or sequences too short to repeat. */
export function repeatedBatches({ signature, tokeniser, source }: TaskSpec, size: number): Batch[] {
  const ids = ordinaryIds(tokeniser, signature.padded)
  const sourceIds = signature.source && source ? ordinaryIds(source, signature.source.padded) : []
  if (signature.features > 0 || signature.length < shortestRepeated || ids.length < 2) return []
  const random = stream(seed, 'repeated tokens')
  return Array.from({ length: Math.ceil(sequences / size) }, () =>
    batchOf(
      signature,
      Array.from({ length: size }, () => ({
        tokens: repeatedTokens(random, ids, signature.length),
        targets: [],
        ...(signature.source && { source: repeatedTokens(random, sourceIds, signature.source.length) }),
      })),
      size,
    ),
  )
}

/** Ids without padding, special and unknown tokens. */
function ordinaryIds(tokeniser: Tokeniser, padded: boolean): number[] {
  const signs = Math.max('signs' in tokeniser ? tokeniser.signs : 0, Number(padded))
  const unknown = 'unknown' in tokeniser ? tokeniser.unknown : null
  const special = new Set('found' in tokeniser ? tokeniser.found.map(({ id }) => id) : [])
  return [...tokeniser.vocabulary.keys()].filter((id) => id >= signs && id !== unknown && !special.has(id))
}

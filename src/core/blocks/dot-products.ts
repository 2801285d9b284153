/** Dot products: Q·Kᵀ, one score per query and key. The first step of attention from scratch. */
import { z } from 'zod'
import type { Value } from '../program/types'
import { defineBlock, features, scores, type BlockBuilder } from './define'

export const dotProducts = defineBlock({
  kind: 'dot-products',
  family: 'attention',
  inputs: { queries: features, keys: features },
  outputs: { scores },
  params: z.object({}),
  build({ queries, keys }, _params, b) {
    if (b.place) b.refuse('graph.not-causal', {})
    const [left = 0, right = 0] = [queries.shape[2], keys.shape[2]]
    if (left !== right) {
      const params = { left, leftNode: b.source('queries'), right, rightNode: b.source('keys') }
      b.refuse('graph.size-mismatch', params, { port: 'keys', width: left })
    }
    b.carry({ mask: pairs(b, queries, keys) })
    return { scores: b.matmul(queries, keys, { transposeB: true }) }
  },
})

/** 1 where query and key are real: (batch, query, key). */
function pairs(b: BlockBuilder, queries: Value, keys: Value): Value | null {
  const [asking, asked] = [b.mask('queries'), b.mask('keys')]
  if (!asking && !asked) return null
  const [batch = 0, length = 0] = queries.shape
  const [, count = 0] = keys.shape
  const real = (mask: Value | null, shape: readonly number[]): Value => (mask ? b.reshape(mask, shape) : b.constant(1, shape))
  return b.mul(real(asking, [batch, length, 1]), real(asked, [batch, 1, count]))
}

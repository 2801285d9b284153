/** Pool: one vector per sequence. Padding is excluded from the mean and the maximum and is never the last token. */
import { z } from 'zod'
import type { Value } from '../program/types'
import { defineBlock, features, vector, type BlockBuilder } from './define'

/** Below any value of a model, yet finite, so that a row of padding alone gives no NaN. */
const LOWEST = -1e30

type Pooling = (b: BlockBuilder, x: Value, mask: Value | null) => Value

/** (B, T, d) → (B, d). `mask` is (B, T, 1), or null if all tokens are real. */
const poolings = {
  mean: (b, x, mask) => (mask ? b.div(b.sum(b.mul(x, mask), 1), b.maximum(b.sum(mask, 1), 1)) : b.mean(x, 1)),
  max: (b, x, mask) => {
    if (!mask) return b.max(x, 1)
    const largest = b.max(b.where(b.broadcast(mask, x.shape), x, LOWEST), 1)
    return b.mul(largest, b.max(mask, 1)) // 0 if there is no real token
  },
  first: (b, x) => {
    const [batch = 0, , width = 0] = x.shape
    return b.reshape(b.slice(x, [0, 0, 0], [batch, 1, width]), [batch, width])
  },
  last: (b, x, mask) => {
    const [batch = 0, length = 0, width = 0] = x.shape
    if (!mask) return b.reshape(b.slice(x, [0, length - 1, 0], [batch, 1, width]), [batch, width])
    const places = b.mul(
      mask,
      b.constant(
        Float32Array.from({ length }, (_, place) => place + 1),
        [length, 1],
      ),
    )
    const isLast = b.mul(mask, b.equal(places, b.max(places, 1, true)))
    return b.sum(b.mul(x, isLast), 1)
  },
} satisfies Record<string, Pooling>

export const pool = defineBlock({
  kind: 'pool',
  family: 'shape',
  inputs: { x: features },
  outputs: { y: vector },
  params: z.object({ method: z.enum(['mean', 'max', 'first', 'last']).default('mean') }),
  build({ x }, { method }, b) {
    if (b.place) b.refuse('graph.not-causal', {})
    const [batch = 0, length = 0] = x.shape
    const mask = b.mask('x')
    const y = poolings[method](b, x, mask && b.reshape(mask, [batch, length, 1]))
    b.carry({ mask: mask && b.max(mask, 1), categories: 0 })
    return { y }
  },
})

/** Self-attention with one head: softmax(QKᵀ/√d)·V, where queries, keys and values all come from the same sequence. */
import { z } from 'zod'
import { attend, joinHeads, maskParam, splitHeads } from './attend'
import { defineBlock, features } from './define'
import { initialiserParam, linearMap } from './linear-map'

export const selfAttention = defineBlock({
  kind: 'self-attention',
  family: 'attention',
  inputs: { x: features },
  outputs: { y: features },
  params: z.object({
    /** Divide scores by √d_k. */
    scale: z.boolean().default(true),
    mask: maskParam,
    bias: z.boolean().default(true),
    initialiser: initialiserParam,
    dropout: z.number().min(0).max(0.9).default(0),
  }),
  build({ x }, { scale, mask, bias, initialiser, dropout }, b) {
    const width = x.shape[2] ?? 0
    const project = (name: string) => splitHeads(b, linearMap(b, x, { name, outputs: width, bias, initialiser }), 1) // (B, 1, T, d)
    const attended = attend(b, { queries: project('query'), keys: project('key'), values: project('value') }, { scale, mask })
    return { y: b.dropout(b.gate('output', joinHeads(b, attended)), dropout) }
  },
})

/**
 * Multi-head attention (Vaswani et al. 2017, section 3.2.2): h heads of width d/h attend side by side; their outputs are joined
 * along the feature axis and mixed by one linear layer. The standard merge has neither ReLU nor softmax.
 */
import { z } from 'zod'
import { attend, joinHeads, maskParam, splitHeads } from './attend'
import { defineBlock, features } from './define'
import { initialiserParam, linearMap } from './linear-map'

export const multiHead = defineBlock({
  kind: 'multi-head',
  family: 'attention',
  inputs: { x: features },
  outputs: { y: features },
  params: z.object({
    heads: z.number().int().min(1).max(64).default(4),
    /** Divide scores by √d_k. */
    scale: z.boolean().default(true),
    mask: maskParam,
    bias: z.boolean().default(true),
    initialiser: initialiserParam,
    dropout: z.number().min(0).max(0.9).default(0),
  }),
  build({ x }, { heads, scale, mask, bias, initialiser, dropout }, b) {
    const width = x.shape[2] ?? 0
    if (width % heads !== 0) {
      const nearest = Math.max(1, Math.round(width / heads)) * heads
      b.refuse('graph.width-not-divisible', { width, heads, nearest }, { port: 'x', width: nearest })
    }
    const project = (name: string) => splitHeads(b, linearMap(b, x, { name, outputs: width, bias, initialiser }), heads)
    const attended = attend(b, { queries: project('query'), keys: project('key'), values: project('value') }, { scale, mask })
    const joined = joinHeads(b, b.gate('heads', attended, [heads, 1, 1])) // (B, T, d)
    return { y: b.dropout(linearMap(b, joined, { name: 'output', outputs: width, bias, initialiser }), dropout) }
  },
})

/** Position-wise feed-forward network (Vaswani et al. 2017, section 3.3): widen, bend, narrow, for every token alike. */
import { z } from 'zod'
import { defineBlock, features } from './define'
import { initialiserParam, linearMap } from './linear-map'

export const feedForward = defineBlock({
  kind: 'feed-forward',
  family: 'feed-forward',
  inputs: { x: features },
  outputs: { y: features },
  params: z.object({
    /** Hidden width; usually four times the width. */
    hidden: z.number().int().min(1).max(16384).default(128),
    activation: z.enum(['relu', 'gelu']).default('gelu'),
    initialiser: initialiserParam,
    dropout: z.number().min(0).max(0.9).default(0),
  }),
  build({ x }, { hidden, activation, initialiser, dropout }, b) {
    const width = x.shape[2] ?? 0
    const widened = linearMap(b, x, { name: 'widen', outputs: hidden, bias: true, initialiser })
    const bent = b.look('hidden', ['batch', 'token', 'feature'], b[activation](widened))
    const narrowed = linearMap(b, bent, { name: 'narrow', outputs: width, bias: true, initialiser })
    return { y: b.dropout(b.gate('output', narrowed), dropout) }
  },
})

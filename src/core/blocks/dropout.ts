/** Inverted dropout (Srivastava et al. 2014): while training, zeroes each number with the given rate and scales up the rest. */
import { z } from 'zod'
import { anyNumbers, defineBlock, like } from './define'

export const dropout = defineBlock({
  kind: 'dropout',
  family: 'shape',
  inputs: { x: anyNumbers },
  outputs: { y: like('x') },
  params: z.object({ rate: z.number().min(0).max(0.9).default(0.1) }),
  build({ x }, { rate }, b) {
    return { y: b.dropout(x, rate) }
  },
})

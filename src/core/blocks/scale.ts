/** Scale: multiplies by a constant, such as the 1/√d_k of attention. */
import { z } from 'zod'
import { anyNumbers, defineBlock, like } from './define'

export const scale = defineBlock({
  kind: 'scale',
  family: 'shape',
  inputs: { x: anyNumbers },
  outputs: { y: like('x') },
  params: z.object({ factor: z.number().min(-1e6).max(1e6).default(1) }),
  build({ x }, { factor }, b) {
    return { y: b.mul(x, factor) }
  },
})

/** Multiply: a · b elementwise, e.g. to gate one path by another. */
import { z } from 'zod'
import { requireAlike } from './alike'
import { anyNumbers, defineBlock, like } from './define'

export const multiply = defineBlock({
  kind: 'multiply',
  family: 'shape',
  inputs: { a: anyNumbers, b: like('a') },
  outputs: { y: like('a') },
  params: z.object({}),
  build(inputs, _params, b) {
    requireAlike(b, inputs)
    return { y: b.mul(inputs.a, inputs.b) }
  },
})

/** Add: the residual connection, a + b (He et al. 2015). */
import { z } from 'zod'
import { requireAlike } from './alike'
import { anyNumbers, defineBlock, like } from './define'

export const add = defineBlock({
  kind: 'add',
  family: 'shape',
  inputs: { a: anyNumbers, b: like('a') },
  outputs: { y: like('a') },
  params: z.object({}),
  build(inputs, _params, b) {
    requireAlike(b, inputs)
    return { y: b.add(b.gate('a', inputs.a), b.gate('b', inputs.b)) }
  },
})

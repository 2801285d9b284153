/** Add: the residual connection, a + b (He et al. 2015). */
import { z } from 'zod'
import { defineBlock, features } from './define'

export const add = defineBlock({
  kind: 'add',
  family: 'shape',
  inputs: { a: features, b: features },
  outputs: { y: features },
  params: z.object({}),
  build(inputs, _params, b) {
    const [, , left = 0] = inputs.a.shape
    const [, , right = 0] = inputs.b.shape
    if (left !== right) {
      b.refuse(
        'graph.size-mismatch',
        { left, leftNode: b.source('a'), right, rightNode: b.source('b') },
        { port: 'b', width: left },
      )
    }
    return { y: b.add(b.gate('a', inputs.a), b.gate('b', inputs.b)) }
  },
})

/** Numbers: the task's numeric inputs per token, e.g. the addends of a sum, as features. */
import { z } from 'zod'
import { defineBlock, features } from './define'

export const numbers = defineBlock({
  kind: 'numbers',
  family: 'input',
  inputs: {},
  outputs: { y: features },
  params: z.object({}),
  build(_inputs, _params, b) {
    const { features: width, length, padded } = b.signature
    if (width === 0) b.refuse('graph.no-numbers', {})
    if (b.place) b.refuse('graph.not-causal', {})
    b.carry({ mask: padded ? b.dataInput('mask', [b.batch, length], 'float32') : null })
    return { y: b.dataInput('features', [b.batch, length, width], 'float32') }
  },
})

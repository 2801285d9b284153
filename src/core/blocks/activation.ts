/** Activation: an elementwise nonlinearity, without which stacked linear layers would collapse into one. */
import { z } from 'zod'
import { activations } from './activations'
import { anyNumbers, defineBlock, like } from './define'
import { namesOf } from '../fields'

export const activation = defineBlock({
  kind: 'activation',
  family: 'feed-forward',
  inputs: { x: anyNumbers },
  outputs: { y: like('x') },
  params: z.object({ activation: z.enum(namesOf(activations)).default('relu') }),
  build({ x }, { activation }, b) {
    return { y: activations[activation](b, x) }
  },
})

/**
 * Multi-head attention (Vaswani et al. 2017, section 3.2.2): h heads of width d/h attend in parallel; their outputs are concatenated along
 * the feature axis and projected by one linear layer. The standard merge has neither ReLU nor softmax.
 */
import { attendHeads, headParams } from './attention/attend-heads'
import { lookaheadOf } from './attention/masks'
import { migrateScale } from './attention/settings'
import { defineBlock, features } from './define'

export const multiHead = defineBlock({
  kind: 'multi-head',
  family: 'attention',
  inputs: { x: features },
  outputs: { y: features },
  params: headParams,
  lookahead: (input, settings) => lookaheadOf(settings, input('x'), input('x')),
  migrate: migrateScale,
  build: ({ x }, settings, b) => ({ y: attendHeads(b, { x, memory: x, port: 'x' }, settings) }),
})

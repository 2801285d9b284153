/**
 * Cross attention: queries come from one sequence, keys and values from another, the memory, with its own padding (Bahdanau et al. 2015;
 * Vaswani et al. 2017, section 3.2.3). One or more heads.
 */
import { attendHeads, headParams } from './attention/attend-heads'
import { lookaheadOf } from './attention/masks'
import { defineBlock, features } from './define'

export const crossAttention = defineBlock({
  kind: 'cross-attention',
  family: 'attention',
  inputs: { x: features, memory: features },
  outputs: { y: features },
  params: headParams,
  lookahead: (input, settings) => lookaheadOf(settings, input('x'), input('memory')),
  build({ x, memory }, settings, b) {
    // The whole memory is needed, but incremental decoding provides one token of each sequence at a time.
    if (b.place) b.refuse('graph.not-causal', {})
    return { y: attendHeads(b, { x, memory, port: 'memory' }, settings) }
  },
})

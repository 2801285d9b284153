/** Softmax over the keys of each query, with a mask: the weights sum to 1, and padding gets 0. */
import { z } from 'zod'
import { lookaheadOf, masking, masks } from './attention/masks'
import { defineBlock, scores } from './define'
import { applies, namesOf } from '../fields'

export const softmax = defineBlock({
  kind: 'softmax',
  family: 'attention',
  inputs: { scores },
  outputs: { weights: scores },
  params: z.object({
    mask: z.enum(namesOf(masks)).default('none'),
    /** Largest distance to a visible token. */
    window: z
      .number()
      .int()
      .min(0)
      .max(4096)
      .default(4)
      .register(applies, { mask: ['window', 'causal-window'] }),
  }),
  lookahead: (input, settings) => lookaheadOf(settings, input('scores'), input('scores')),
  build({ scores: x }, { mask, window }, b) {
    const [batch = 0, length = 0, keys = 0] = x.shape
    const pairs = b.mask('scores')
    const perHead = b.reshape(x, [batch, 1, length, keys])
    const { bias, hasVisibleKey } = masking(b, { mask, window }, { length, keys, padding: pairs && b.max(pairs, 1) })
    const weights = b.softmax(bias ? b.add(perHead, bias) : perHead)
    const visible = hasVisibleKey()
    return { weights: b.reshape(visible ? b.mul(weights, visible) : weights, x.shape) }
  },
})

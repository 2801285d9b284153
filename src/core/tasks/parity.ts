/**
 * Parity: whether the number of ones in a bit sequence is even or odd. Flipping any bit changes the target: easy for a recurrent network,
 * which needs one bit of state, and hard for attention (Hahn 2020).
 */
import { z } from 'zod'
import { drawnTask } from './drawn'
import { lengthParams, lettersOf, PADDING } from './letters'
import { lexicon } from './lexicon'
import { defineTask, specOf } from './types'

export const parity = defineTask({
  kind: 'parity',
  params: z.strictObject(lengthParams),
  data: 'none',
  create(params) {
    return drawnTask({
      kind: 'parity',
      spec: specOf({
        aim: 'sequence',
        length: params.length,
        padded: true,
        tokeniser: lexicon([PADDING, '0', '1'], 1),
        classes: ['even', 'odd'],
      }),
      ...lettersOf({ ...params, symbols: 2 }),
      content: (bits) => bits,
      sample: (bits) => ({
        tokens: bits.map((bit) => bit + 1),
        targets: [bits.reduce((ones, bit) => ones + bit, 0) % 2],
      }),
    })
  },
})

/**
 * Parity: whether the number of ones in a sequence of bits is even or odd. Every bit counts, and changing any one of them changes the
 * answer: easy for a recurrent network, which needs to remember one bit only, and hard for attention (Hahn 2020).
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

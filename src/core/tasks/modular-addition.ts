/**
 * Modular addition: a + b mod p. There are p² sums, some of which are held out; small models first memorise the training sums and
 * generalise much later (Power et al. 2022, "Grokking").
 */
import { z } from 'zod'
import { drawnTask } from './drawn'
import { lexicon } from './lexicon'
import { defineTask, specOf } from './types'

export const modularAddition = defineTask({
  kind: 'modular-addition',
  params: z.strictObject({
    modulus: z.number().int().min(3).max(113).default(23),
    /** Percentage of all sums used for training. */
    trained: z.number().int().min(10).max(90).default(60),
  }),
  data: 'none',
  create({ modulus, trained }) {
    const numbers = Array.from({ length: modulus }, (_, number) => String(number))
    const [plus, equals] = [modulus, modulus + 1]
    const pairs = numbers.flatMap((_, a) => numbers.map((__, b) => [a, b] as const))
    return drawnTask({
      kind: 'modular-addition',
      spec: specOf({
        aim: 'sequence',
        length: 4,
        padded: false,
        tokeniser: lexicon([...numbers, '+', '='], 0, 'separating'),
        classes: numbers,
      }),
      draw: (random) => pairs[random.integer(pairs.length)]!,
      content: (pair) => pair,
      sample: ([a, b]) => ({ tokens: [a, plus, b, equals], targets: [(a + b) % modulus] }),
      groups: { count: 1, of: () => 0, few: new Map([[0, pairs]]) },
      validation: pairs.length,
      share: 1 - trained / 100,
    })
  },
})

/**
 * Associative recall (Graves, Wayne & Danihelka 2014; Ba et al. 2016): pairs of a letter and a digit, then one of the letters; the target
 * is its digit. Attention has to find the letter and read the token next to it.
 */
import { z } from 'zod'
import { LabError } from '../errors'
import { drawnTask } from './drawn'
import { LETTERS } from './letters'
import { lexicon } from './lexicon'
import { defineTask, specOf } from './types'

const DIGITS = Array.from('0123456789')

interface Pairs {
  readonly keys: readonly number[]
  readonly values: readonly number[]
  /** Index of the queried pair. */
  readonly asked: number
}

export const associativeRecall = defineTask({
  kind: 'associative-recall',
  params: z.strictObject({
    pairs: z.number().int().min(2).max(26).default(5),
    symbols: z.number().int().min(2).max(26).default(10),
  }),
  data: 'none',
  create({ pairs, symbols }) {
    if (pairs > symbols) throw new LabError('task.too-few-symbols', { symbols, needed: pairs })
    const keyTexts = Array.from(LETTERS.slice(0, symbols))
    return drawnTask<Pairs>({
      kind: 'associative-recall',
      spec: specOf({
        aim: 'sequence',
        length: 2 * pairs + 1,
        padded: false,
        tokeniser: lexicon([...keyTexts, ...DIGITS], 0),
        classes: DIGITS,
      }),
      draw: (random) => ({
        keys: Array.from(random.permutation(symbols).subarray(0, pairs)),
        values: Array.from({ length: pairs }, () => random.integer(DIGITS.length)),
        asked: random.integer(pairs),
      }),
      content: ({ keys, values, asked }) => [...keys, ...values, asked],
      sample: ({ keys, values, asked }) => ({
        tokens: [...keys.flatMap((key, pair) => [key, symbols + values[pair]!]), keys[asked]!],
        targets: [values[asked]!],
      }),
    })
  },
})

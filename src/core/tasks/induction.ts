/**
 * Induction: a random pattern of distinct letters that repeats, … A B … A → B. From the second repetition on, each next letter is
 * determined: find the previous occurrence of the current letter and copy its successor. That is an induction head (Olsson et al. 2022),
 * which needs two layers of attention. Only these tokens are scored.
 */
import { z } from 'zod'
import { LabError } from '../errors'
import { drawnTask } from './drawn'
import { LETTERS } from './letters'
import { lexicon } from './lexicon'
import { defineTask, specOf } from './types'

const SHORTEST_PATTERN = 3

export const induction = defineTask({
  kind: 'induction',
  params: z.strictObject({
    length: z.number().int().min(8).max(128).default(24),
    symbols: z.number().int().min(8).max(64).default(20),
  }),
  data: 'none',
  create({ length, symbols }) {
    const longest = Math.floor(length / 2)
    if (symbols < longest) throw new LabError('task.too-few-symbols', { symbols, needed: longest })
    const letters = Array.from(LETTERS.slice(0, symbols))
    return drawnTask({
      kind: 'induction',
      spec: specOf({ length, padded: false, tokeniser: lexicon(letters, 0), classes: letters, causal: true, scored: true }),
      draw: (random) => {
        const period = SHORTEST_PATTERN + random.integer(longest - SHORTEST_PATTERN + 1)
        return Array.from(random.permutation(symbols).subarray(0, period))
      },
      content: (pattern) => pattern,
      sample(pattern) {
        const letter = (place: number): number => pattern[place % pattern.length]!
        return {
          tokens: Array.from({ length }, (_, place) => letter(place)),
          targets: Array.from({ length }, (_, place) => letter(place + 1)),
          scored: Array.from({ length }, (_, place) => Number(place >= pattern.length)),
        }
      },
    })
  },
})

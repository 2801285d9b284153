/**
 * First-token recall: name the first letter after reading the whole sequence. The letters between are noise, so the length is the distance
 * to bridge. After the long time lags of Hochreiter & Schmidhuber 1997.
 */
import { z } from 'zod'
import { drawnTask } from './drawn'
import { LETTERS } from './letters'
import { lexicon } from './lexicon'
import { defineTask, specOf } from './types'

const QUESTION = '?'

export const firstToken = defineTask({
  kind: 'first-token',
  params: z.strictObject({
    length: z.number().int().min(8).max(128).default(32),
    symbols: z.number().int().min(4).max(26).default(8),
  }),
  data: 'none',
  create({ length, symbols }) {
    const classes = Array.from(LETTERS.slice(0, symbols))
    return drawnTask({
      kind: 'first-token',
      spec: specOf({ aim: 'sequence', length, padded: false, tokeniser: lexicon([...classes, QUESTION], 0), classes }),
      draw: (random) => Array.from({ length: length - 1 }, () => random.integer(symbols)),
      content: (letters) => letters,
      sample: (letters) => ({ tokens: [...letters, symbols], targets: [letters[0]!] }),
    })
  },
})

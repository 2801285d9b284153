/**
 * Reverse: output the tokens in reverse order. Every output position depends on one other position, so the attention map that solves it is
 * the anti-diagonal, a different one for each sequence length.
 */
import { drawnTask } from './drawn'
import { letterParams, LETTERS, lettersOf, PADDING } from './letters'
import { lexicon } from './lexicon'
import { defineTask, specOf } from './types'

export const reverse = defineTask({
  kind: 'reverse',
  params: letterParams,
  data: 'none',
  create(params) {
    const classes = Array.from(LETTERS.slice(0, params.symbols))
    return drawnTask({
      kind: 'reverse',
      spec: specOf({ length: params.length, padded: true, tokeniser: lexicon([PADDING, ...classes], 1), classes }),
      ...lettersOf(params),
      content: (letters) => letters,
      sample: (letters) => ({ tokens: letters.map((letter) => letter + 1), targets: letters.toReversed() }),
    })
  },
})

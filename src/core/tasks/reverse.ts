/**
 * Reverse: output the tokens in reverse order. Every output position needs one other position, so the attention map that solves it
 * is the anti-diagonal; and as sequences differ in length, it is a different anti-diagonal for each.
 */
import { drawnTask } from './drawn'
import { letterParams, LETTERS, lettersOf, PADDING } from './letters'
import { defineTask, plainSpec } from './types'

export const reverse = defineTask({
  kind: 'reverse',
  params: letterParams,
  data: 'none',
  create(params) {
    const classes = Array.from(LETTERS.slice(0, params.symbols))
    return drawnTask({
      kind: 'reverse',
      spec: { ...plainSpec, length: params.length, vocabulary: [PADDING, ...classes], classes, padded: true },
      ...lettersOf(params),
      content: (letters) => letters,
      sample: (letters) => ({ tokens: letters.map((letter) => letter + 1), targets: letters.toReversed() }),
    })
  },
})

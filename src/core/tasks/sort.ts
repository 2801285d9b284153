/** Sort: output the tokens in alphabetical order. Where a letter goes depends on how many others come before it. */
import { drawnTask } from './drawn'
import { letterParams, LETTERS, lettersOf, PADDING } from './letters'
import { defineTask, plainSpec } from './types'

export const sort = defineTask({
  kind: 'sort',
  params: letterParams,
  data: 'none',
  create(params) {
    const classes = Array.from(LETTERS.slice(0, params.symbols))
    return drawnTask({
      kind: 'sort',
      spec: { ...plainSpec, length: params.length, vocabulary: [PADDING, ...classes], classes, padded: true },
      ...lettersOf(params),
      content: (letters) => letters,
      sample: (letters) => ({ tokens: letters.map((letter) => letter + 1), targets: letters.toSorted((a, b) => a - b) }),
    })
  },
})

/** Sort: output the tokens in alphabetical order. The position of a letter depends on how many others precede it. */
import { drawnTask } from './drawn'
import { letterParams, LETTERS, lettersOf, PADDING } from './letters'
import { lexicon } from './lexicon'
import { defineTask, specOf } from './types'

export const sort = defineTask({
  kind: 'sort',
  params: letterParams,
  data: 'none',
  create(params) {
    const classes = Array.from(LETTERS.slice(0, params.symbols))
    return drawnTask({
      kind: 'sort',
      spec: specOf({ length: params.length, padded: true, tokeniser: lexicon([PADDING, ...classes], 1), classes }),
      ...lettersOf(params),
      content: (letters) => letters,
      sample: (letters) => ({ tokens: letters.map((letter) => letter + 1), targets: letters.toSorted((a, b) => a - b) }),
    })
  },
})

/**
 * Copy: output the source sequence (as in Graves, Wayne & Danihelka 2014). The simplest task for an encoder and a decoder: the cross
 * attention that solves it is the diagonal.
 */
import { drawnTask } from './drawn'
import { letterParams, LETTERS, lettersOf, PADDING } from './letters'
import { lexicon } from './lexicon'
import { defineTask } from './types'
import { FIRST_WRITTEN_ID, writtenLexicon, writtenSample, writtenSpec } from './written'

export const copy = defineTask({
  kind: 'copy',
  params: letterParams,
  data: 'none',
  create(params) {
    const { length, symbols } = params
    const texts = Array.from(LETTERS.slice(0, symbols))
    return drawnTask({
      kind: 'copy',
      spec: writtenSpec({ length, tokeniser: lexicon([PADDING, ...texts], 1) }, length, writtenLexicon(texts)),
      ...lettersOf(params),
      content: (letters) => letters,
      sample: (letters) =>
        writtenSample(
          letters.map((letter) => letter + 1),
          letters.map((letter) => letter + FIRST_WRITTEN_ID),
        ),
    })
  },
})

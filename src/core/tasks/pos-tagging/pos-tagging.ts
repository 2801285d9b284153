/**
 * Part-of-speech tagging: name each word's class. Nearly every sentence holds words that could be two things ("the cooks play", 她会画画), so
 * what a word is has to be read from its neighbours: the best a model can do that sees each word alone, or each word and its place,
 * is measured in the tests and stays well below 0.90, while the sentences as wholes are unambiguous.
 */
import { z } from 'zod'
import { drawnTask } from '../drawn'
import { PADDING } from '../letters'
import { lexicon } from '../lexicon'
import type { Sample } from '../samples'
import { defineTask, specOf } from '../types'
import { chinese } from './chinese'
import { english } from './english'
import { MAXIMUM_TOKENS, readGrammar } from './sentences'

const languages = { en: readGrammar(english), zh: readGrammar(chinese) }

const VALIDATION_SENTENCES = 600

export const posTagging = defineTask({
  kind: 'pos-tagging',
  params: z.strictObject({ language: z.enum(['en', 'zh']).default('en') }),
  data: 'none',
  create({ language }) {
    const { words, tags, draw } = languages[language]
    const vocabulary = [PADDING, ...words]
    const tokenOfWord = new Map(vocabulary.map((word, id) => [word, id]))
    const classOfTag = new Map(tags.map((tag, id) => [tag, id]))

    return drawnTask({
      kind: 'pos-tagging',
      spec: specOf({
        length: MAXIMUM_TOKENS,
        padded: true,
        tokeniser: lexicon(vocabulary, 1, 'separating'), // words of Chinese, too, are told apart by them
        classes: [...tags],
      }),
      draw: (random): Sample => {
        const sentence = draw(random)
        return {
          tokens: sentence.map(({ word }) => tokenOfWord.get(word)!),
          targets: sentence.map(({ tag }) => classOfTag.get(tag)!),
        }
      },
      content: ({ tokens }) => tokens,
      sample: (sentence) => sentence,
      validation: VALIDATION_SENTENCES,
    })
  },
})

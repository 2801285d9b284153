/**
 * Part-of-speech tagging: the class of each word. Nearly every sentence has ambiguous words ("the cooks play", 她会画画) that only their
 * context resolves: tests measure that the best model of each word alone, or of each word and its position, stays well below 0.90, whereas
 * whole sentences are unambiguous.
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
        tokeniser: lexicon(vocabulary, 1, 'separating'), // Chinese words are separated by spaces too
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

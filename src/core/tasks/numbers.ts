/**
 * Numbers: from words to digits, "three hundred and six" → 306, or 三百零六 → 306. The cross attention shows which word determines which digit;
 * zeros without a word of their own are the hard part.
 */
import { z } from 'zod'
import { drawnTask } from './drawn'
import { PADDING } from './letters'
import { lexicon } from './lexicon'
import { chineseNumber, englishNumber } from './number-words'
import { defineTask } from './types'
import { FIRST_WRITTEN_ID, writtenLexicon, writtenSample, writtenSpec } from './written'

const words = { en: englishNumber, zh: chineseNumber }
const DIGITS = Array.from('0123456789')

/** Numbers that together contain every word: those below a hundred, and the powers of ten, alone and plus one. */
function representatives(digits: number): number[] {
  const small = Array.from({ length: 100 }, (_, number) => number)
  const large = Array.from({ length: digits }, (_, place) => [10 ** place, 10 ** place + 1]).flat()
  return [...small, ...large]
}

/** The smallest number with `count` digits, and all such numbers. */
const leastOf = (count: number): number => (count === 1 ? 0 : 10 ** (count - 1))
const numbersOf = (count: number): number[] =>
  Array.from({ length: 10 ** count - leastOf(count) }, (_, index) => leastOf(count) + index)

export const numbers = defineTask({
  kind: 'numbers',
  params: z.strictObject({
    language: z.enum(['en', 'zh']).default('en'),
    digits: z.number().int().min(2).max(6).default(4),
  }),
  data: 'none',
  create({ language, digits }) {
    const say = words[language]
    const known = [...new Set(representatives(digits).flatMap(say))]
    const vocabulary = [PADDING, ...known]
    const idOfWord = new Map(vocabulary.map((word, id) => [word, id]))
    const length = say(Number('7'.repeat(digits))).length // no number has more words, because it has neither zeros nor teens
    return drawnTask({
      kind: 'numbers',
      spec: writtenSpec({ length, tokeniser: lexicon(vocabulary, 1, 'implied') }, digits, writtenLexicon(DIGITS)),
      // Every number of digits is equally likely; uniform numbers would nearly all be long.
      draw(random) {
        const count = 1 + random.integer(digits)
        const least = leastOf(count)
        return least + random.integer(10 ** count - least)
      },
      content: (number) => [number],
      alone: (number) => number === 0, // the word "zero" occurs in no other number
      sample: (number) =>
        writtenSample(
          say(number).map((word) => idOfWord.get(word)!),
          Array.from(String(number), (digit) => Number(digit) + FIRST_WRITTEN_ID),
        ),
      groups: {
        count: digits,
        of: (number) => String(number).length - 1,
        few: new Map([1, 2].map((count) => [count - 1, numbersOf(count)])),
      },
    })
  },
})

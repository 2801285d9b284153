/**
 * Dates: from words to ISO 8601, "the third of may nineteen ninety eight" → 1998-05-03, or 一九九八年五月三日 → 1998-05-03. Year, month and day are
 * reordered, so the cross attention that solves it jumps between blocks. The split is by date, with all its phrasings on one side.
 */
import { z } from 'zod'
import { largest } from '../collections'
import type { RandomStream } from '../random/stream'
import { drawnTask } from './drawn'
import { PADDING } from './letters'
import { lexicon } from './lexicon'
import { CHINESE_DIGITS, chineseNumber, englishNumber, englishOrdinal } from './number-words'
import { defineTask } from './types'
import { FIRST_WRITTEN_ID, writtenLexicon, writtenSample, writtenSpec } from './written'

const MONTHS = 'january february march april may june july august september october november december'.split(' ')
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const FIRST_YEAR = 1900
const LAST_YEAR = 2099

interface DateParts {
  readonly year: number
  readonly month: number
  readonly day: number
}
type Say = (date: DateParts) => string[]

/** "nineteen hundred", "nineteen oh five", "nineteen ninety eight", "two thousand and five", "twenty sixteen". */
function englishYear(year: number): string[] {
  const [century, rest] = [Math.floor(year / 100), year % 100]
  if (year >= 2000 && year < 2010) return englishNumber(year)
  if (rest === 0) return [...englishNumber(century), 'hundred']
  return [...englishNumber(century), ...(rest < 10 ? ['oh'] : []), ...englishNumber(rest)]
}
const englishMonth = (month: number): string => MONTHS[month - 1]!
const chineseDigits = (number: number): string[] => Array.from(String(number), (digit) => CHINESE_DIGITS[Number(digit)]!)

/** The phrasings of a date. */
const ways: Readonly<Record<'en' | 'zh', readonly Say[]>> = {
  en: [
    ({ year, month, day }) => ['the', ...englishOrdinal(day), 'of', englishMonth(month), ...englishYear(year)],
    ({ year, month, day }) => [englishMonth(month), 'the', ...englishOrdinal(day), ',', ...englishYear(year)],
    ({ year, month, day }) => ['in', ...englishYear(year), ',', 'on', englishMonth(month), ...englishOrdinal(day)],
  ],
  zh: [
    ({ year, month, day }) => [...chineseDigits(year), '年', ...chineseNumber(month), '月', ...chineseNumber(day), '日'],
    ({ year, month, day }) => [...chineseNumber(month), '月', ...chineseNumber(day), '号', '，', ...chineseDigits(year), '年'],
  ],
}

function daysOf(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return MONTH_DAYS[month - 1]! + (month === 2 && isLeap ? 1 : 0)
}

function drawDate(random: RandomStream): DateParts {
  const year = FIRST_YEAR + random.integer(LAST_YEAR - FIRST_YEAR + 1)
  const month = 1 + random.integer(12)
  return { year, month, day: 1 + random.integer(daysOf(year, month)) }
}

const two = (number: number): string => String(number).padStart(2, '0')
const ISO_SIGNS = Array.from('0123456789-')
const iso = ({ year, month, day }: DateParts): string => `${year}-${two(month)}-${two(day)}`

/** All words, and the length of the longest phrasing, over every year, month and day. */
function allWords(says: readonly Say[]): { words: string[]; length: number } {
  const years = Array.from({ length: LAST_YEAR - FIRST_YEAR + 1 }, (_, index) => FIRST_YEAR + index)
  const sayings = years.flatMap((year, index) => {
    const date = { year, month: 1 + (index % 12), day: 1 + (index % 28) }
    return says.flatMap((say) => [
      say(date),
      say({ ...date, month: 12, day: 27 }),
      say({ ...date, month: 1, day: 29 + (index % 3) }),
    ])
  })
  return {
    words: [...new Set(sayings.flat())].sort(),
    length: largest(sayings.map(({ length }) => length)),
  }
}

export const dates = defineTask({
  kind: 'dates',
  params: z.strictObject({ language: z.enum(['en', 'zh']).default('en') }),
  data: 'none',
  create({ language }) {
    const says = ways[language]
    const { words, length } = allWords(says)
    const vocabulary = [PADDING, ...words]
    const idOfWord = new Map(vocabulary.map((word, id) => [word, id]))
    return drawnTask({
      kind: 'dates',
      spec: writtenSpec(
        { length, tokeniser: lexicon(vocabulary, 1, 'implied') },
        '2024-01-31'.length,
        writtenLexicon(ISO_SIGNS),
      ),
      draw: (random) => ({ date: drawDate(random), say: says[random.integer(says.length)]! }),
      content: ({ date: { year, month, day } }) => [year, month, day],
      sample: ({ date, say }) =>
        writtenSample(
          say(date).map((word) => idOfWord.get(word)!),
          Array.from(iso(date), (sign) => ISO_SIGNS.indexOf(sign) + FIRST_WRITTEN_ID),
        ),
    })
  },
})

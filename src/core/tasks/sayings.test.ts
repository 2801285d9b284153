/** Numbers and dates: number words checked by hand, and all phrasings parsed back independently. */
import { describe, expect, it } from 'vitest'
import { createTask } from './index'
import { chineseNumber, englishNumber, englishOrdinal } from './number-words'
import { readBatch, type ReadSample } from './read'

function samples(
  kind: string,
  params: Readonly<Record<string, unknown>>,
): { all: ReadSample[]; validation: ReadSample[]; training: ReadSample[] } {
  const task = createTask({ kind, params }, null)
  const training = readBatch(task.spec, task.trainBatch(5, 1, 6000))
  const validation = readBatch(task.spec, task.evaluationBatch(0, task.spec.validation))
  return { all: [...training, ...validation], validation, training }
}
const written = ({ tokens, targets }: ReadSample): string => {
  expect(tokens).toEqual(['«', ...targets.slice(0, -1)])
  expect(targets.at(-1)).toBe('»')
  return targets.slice(0, -1).join('')
}

const units =
  ' one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
const tens = '  twenty thirty forty fifty sixty seventy eighty ninety'
const ordinals =
  ' first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth ' +
  'seventeenth eighteenth nineteenth twentieth'
/** The value of a word below a hundred, cardinal or ordinal. */
function value(word: string): number {
  if (word === 'zero' || word === 'oh') return 0
  if (word === 'thirtieth') return 30
  const found = [units.split(' ').indexOf(word), 10 * tens.split(' ').indexOf(word), ordinals.split(' ').indexOf(word)].filter(
    (each) => each > 0,
  )
  if (found.length !== 1) throw new Error(`no number: ${word}`)
  return found[0]!
}
function readEnglish(words: readonly string[]): number {
  let [total, group] = [0, 0]
  for (const word of words.filter((each) => each !== 'and')) {
    if (word === 'thousand') [total, group] = [group * 1000, 0]
    else if (word === 'hundred') group *= 100
    else group += value(word)
  }
  return total + group
}
function readChinese(text: string): number {
  let [total, group, digit] = [0, 0, -1]
  for (const character of text) {
    const known = '零一二三四五六七八九'.indexOf(character)
    const place = { 十: 10, 百: 100, 千: 1000 }[character]
    if (character === '万') [total, group, digit] = [(group + Math.max(digit, 0)) * 10_000, 0, -1]
    else if (place) [group, digit] = [group + (digit < 1 ? 1 : digit) * place, -1]
    else digit = known
  }
  return total + group + Math.max(digit, 0)
}

describe('numbers in words', () => {
  it.each([
    [0, 'zero', '零'],
    [7, 'seven', '七'],
    [10, 'ten', '十'],
    [15, 'fifteen', '十五'],
    [40, 'forty', '四十'],
    [99, 'ninety nine', '九十九'],
    [100, 'one hundred', '一百'],
    [101, 'one hundred and one', '一百零一'],
    [110, 'one hundred and ten', '一百一十'],
    [1000, 'one thousand', '一千'],
    [1005, 'one thousand and five', '一千零五'],
    [1050, 'one thousand and fifty', '一千零五十'],
    [1500, 'one thousand five hundred', '一千五百'],
    [2019, 'two thousand and nineteen', '二千零一十九'],
    [10_000, 'ten thousand', '一万'],
    [10_010, 'ten thousand and ten', '一万零一十'],
    [120_000, 'one hundred and twenty thousand', '十二万'],
    [200_100, 'two hundred thousand one hundred', '二十万零一百'],
    [342_006, 'three hundred and forty two thousand and six', '三十四万二千零六'],
  ])('gives the words of %d', (number, english, chinese) => {
    expect(englishNumber(number).join(' ')).toBe(english)
    expect(chineseNumber(number).join('')).toBe(chinese)
  })
  it('gives words for every number that parse back to it', () => {
    for (let number = 0; number < 1_000_000; number += number < 20_000 ? 1 : 977) {
      if (readEnglish(englishNumber(number)) !== number) expect.fail(englishNumber(number).join(' '))
      if (readChinese(chineseNumber(number).join('')) !== number) expect.fail(chineseNumber(number).join(''))
    }
  })
  it('gives ordinals', () => {
    const said = Array.from({ length: 31 }, (_, index) => englishOrdinal(index + 1).join(' '))
    expect(said.slice(0, 20)).toEqual(ordinals.trim().split(' '))
    expect(said.slice(20)).toEqual([
      ...ordinals
        .trim()
        .split(' ')
        .slice(0, 9)
        .map((word) => `twenty ${word}`),
      'thirtieth',
      'thirty first',
    ])
  })
})

describe('numbers', () => {
  it.each(['en', 'zh'].flatMap((language) => [2, 4, 6].map((digits) => ({ language, digits }))))(
    'match their words: %j',
    (params) => {
      const { all } = samples('numbers', params)
      for (const sample of all) {
        const read = params.language === 'en' ? readEnglish(sample.source) : readChinese(sample.source.join(''))
        expect(written(sample)).toBe(String(read))
      }
      expect(Math.max(...all.map((sample) => written(sample).length))).toBe(params.digits)
      const { spec } = createTask({ kind: 'numbers', params }, null)
      expect(Math.max(...all.map(({ source }) => source.length))).toBe(spec.signature.source!.length)
      expect(spec.signature.length).toBe(params.digits + 1)
    },
  )
})

describe('dates', () => {
  const months = Array.from({ length: 12 }, (_, month) =>
    new Intl.DateTimeFormat('en', { month: 'long', timeZone: 'UTC' }).format(Date.UTC(2000, month)).toLowerCase(),
  )
  const two = (number: number): string => String(number).padStart(2, '0')

  function readEnglishDate(text: string): string {
    const found =
      /^the (?<day>.+) of (?<month>\w+) (?<year>.+)$/.exec(text) ??
      /^in (?<year>.+) , on (?<month>\w+) (?<day>.+)$/.exec(text) ??
      /^(?<month>\w+) the (?<day>.+) , (?<year>.+)$/.exec(text)
    const { day, month, year } = found!.groups as Record<'day' | 'month' | 'year', string>
    return `${String(readYear(year.split(' ')))}-${two(months.indexOf(month) + 1)}-${two(readEnglish(day.split(' ')))}`
  }
  /** A number if it has thousands or hundreds, else a century and the rest. */
  function readYear(words: string[]): number {
    if (words.includes('thousand') || words.includes('hundred')) return readEnglish(words)
    return 100 * value(words[0]!) + words.slice(1).reduce((sum, word) => sum + value(word), 0)
  }
  function readChineseDate(text: string): string {
    const year = /([零一二三四五六七八九]{4})年/.exec(text)![1]!
    const [, month, day] = /([一二三四五六七八九十]+)月([一二三四五六七八九十]+)[日号]/.exec(text)!
    const digits = Array.from(year, (each) => '零一二三四五六七八九'.indexOf(each)).join('')
    return `${digits}-${two(readChinese(month!))}-${two(readChinese(day!))}`
  }

  it.each(['en', 'zh'])('match their words, and exist: %s', (language) => {
    const { all } = samples('dates', { language })
    for (const sample of all) {
      const iso = written(sample)
      const read = language === 'en' ? readEnglishDate(sample.source.join(' ')) : readChineseDate(sample.source.join(''))
      expect(iso).toBe(read)
      expect(new Date(`${iso}T00:00:00Z`).toISOString().slice(0, 10)).toBe(iso)
    }
    const { spec } = createTask({ kind: 'dates', params: { language } }, null)
    expect(Math.max(...all.map(({ source }) => source.length))).toBe(spec.signature.source!.length)
    expect(new Set(all.flatMap(({ source }) => source)).size).toBe(spec.source!.vocabulary.length - 1)
  })

  it.each(['en', 'zh'])('are held out with all their phrasings: %s', (language) => {
    const { training, validation } = samples('dates', { language })
    const held = new Set(validation.map(written))
    expect(held.size).toBe(500)
    expect(training.filter((sample) => held.has(written(sample)))).toEqual([])
  })
})

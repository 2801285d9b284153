/** Whole numbers in words, English and Chinese. */

const SMALL = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen ' +
  'nineteen'
).split(' ')
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety']

/** 0 … 999,999, British: 342,006 is "three hundred and forty two thousand and six". */
export function englishNumber(number: number): string[] {
  const [thousands, rest] = [Math.floor(number / 1000), number % 1000]
  if (thousands > 0) {
    const tail = rest === 0 ? [] : rest < 100 ? ['and', ...englishNumber(rest)] : englishNumber(rest)
    return [...englishNumber(thousands), 'thousand', ...tail]
  }
  if (rest >= 100) {
    return [SMALL[Math.floor(rest / 100)]!, 'hundred', ...(rest % 100 === 0 ? [] : ['and', ...englishNumber(rest % 100)])]
  }
  if (rest < 20) return [SMALL[rest]!]
  return [TENS[Math.floor(rest / 10)]!, ...(rest % 10 === 0 ? [] : [SMALL[rest % 10]!])]
}

const IRREGULAR_ORDINALS: Readonly<Record<string, string>> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
}

/** "twenty third": only the last word is an ordinal. */
export function englishOrdinal(number: number): string[] {
  const words = englishNumber(number)
  const last = words.at(-1)!
  return [...words.slice(0, -1), IRREGULAR_ORDINALS[last] ?? `${last.endsWith('y') ? `${last.slice(0, -1)}ie` : last}th`]
}

export const CHINESE_DIGITS = Array.from('零一二三四五六七八九')
const PLACES = ['', '十', '百', '千']

/** 0 … 999,999, one character each: 342,006 is 三十四万二千零六. Inner zeros are read once, trailing zeros not at all. */
export function chineseNumber(number: number): string[] {
  if (number === 0) return [CHINESE_DIGITS[0]!]
  const characters = belowTenThousand(Math.floor(number / 10_000))
  if (characters.length > 0) characters.push('万')
  const rest = number % 10_000
  if (characters.length > 0 && rest > 0 && rest < 1000) characters.push(CHINESE_DIGITS[0]!)
  characters.push(...belowTenThousand(rest))
  // 10 to 19, and 100,000 to 199,999, begin with 十, not with 一十.
  return characters[0] === '一' && characters[1] === '十' ? characters.slice(1) : characters
}

/** 1 … 9,999; empty for 0. */
function belowTenThousand(number: number): string[] {
  const characters: string[] = []
  let skipped = false
  for (let place = 3; place >= 0; place--) {
    const digit = Math.floor(number / 10 ** place) % 10
    if (digit === 0) {
      skipped = characters.length > 0
      continue
    }
    if (skipped) characters.push(CHINESE_DIGITS[0]!)
    skipped = false
    characters.push(CHINESE_DIGITS[digit]!, ...(place > 0 ? [PLACES[place]!] : []))
  }
  return characters
}

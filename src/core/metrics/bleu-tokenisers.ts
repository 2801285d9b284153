/**
 * The tokenisers of sacreBLEU (Post 2018): `13a` for languages with spaces, as in mteval-v13a of the WMT, and `zh` for Chinese. They define
 * the words of which BLEU counts n-grams, so that the score does not depend on the tokens of a model.
 */

export const bleuTokenisers = { '13a': english, zh: chinese } as const
export type BleuTokeniser = keyof typeof bleuTokenisers

/** The tokeniser for a language whose texts consist of these parts: `zh` if one of them contains a Chinese character. */
export const bleuTokeniserFor = (texts: readonly string[]): BleuTokeniser =>
  texts.some((text) => /\p{Script=Han}/u.test(text)) ? 'zh' : '13a'

const entities = [
  ['&quot;', '"'],
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
] as const

/** Words and punctuation marks. Hyphenation at line ends and the four entities of HTML are undone first. */
function english(text: string): string[] {
  const joined = withoutEnd(text).replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ')
  return separated(` ${entities.reduce((line, [entity, sign]) => line.replaceAll(entity, sign), joined)} `)
}

/** Every Chinese character is a word; the rest is split as by `13a`. */
function chinese(text: string): string[] {
  return separated(trimmed(text).replace(CHINESE, ' $& '))
}

/**
 * What sacreBLEU takes for Chinese: ideographs, radicals, strokes, punctuation, full-width forms, and symbols. U+2001 to U+2A6D stands where
 * its table means extension B of the ideographs (U+20000 to U+2A6D6), which it therefore does not split. Scores agree only with the same
 * characters.
 */
const CHINESE =
  /[\u2001-\u2a6d\u2e80-\u2fdf\u2ff0-\u303f\u3100-\u312f\u31a0-\u31ef\u3200-\u4db5\u4e00-\u9fbb\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef]/gu

/** Separates punctuation: all of ASCII but the apostrophe; full stop, comma and dash depend on the digits beside them. */
function separated(line: string): string[] {
  return words(
    line
      .replace(/[!-&(-+/:-@[-`{-~]/g, ' $& ')
      .replace(/([^0-9])([.,])/gu, '$1 $2 ')
      .replace(/([.,])([^0-9])/gu, ' $1 $2')
      .replace(/([0-9])-/g, '$1 - '),
  )
}

/** White space as Python's `str.split` understands it, which differs from `\s` by the separators of ASCII and U+FEFF. */
const SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+'
const spaces = new RegExp(SPACE, 'u')
const spacesAtEnd = new RegExp(`${SPACE}$`, 'u')
const spacesAround = new RegExp(`^${SPACE}|${SPACE}$`, 'gu')

/** The parts between white space. */
export const words = (text: string): string[] => text.split(spaces).filter((word) => word !== '')
const withoutEnd = (text: string): string => text.replace(spacesAtEnd, '')
const trimmed = (text: string): string => text.replace(spacesAround, '')

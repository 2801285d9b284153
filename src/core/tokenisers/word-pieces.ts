/**
 * WordPiece (Schuster & Nakajima 2012) as in BERT (Devlin et al. 2019): words are cut at spaces, punctuation and Chinese characters, and
 * each is covered from left to right by the longest tokens. A word that cannot be covered is one unknown token.
 */
import { z } from 'zod'
import { encoded, unknownField, vocabularySchema, type TokeniserDefinition } from './define'
import { joinWords } from './pieces'
import { prepared } from './prepared'
import { createPartsOf, specialTokenFields, withoutAdded } from './special-tokens'

export const wordPiecesSchema = z
  .object({
    kind: z.literal('word-pieces'),
    vocabulary: vocabularySchema,
    unknown: unknownField,
    /** Sign before tokens that continue a word: ##. */
    continuing: z.string().min(1).max(8),
    /** Words with more characters are unknown. */
    longest: z.number().int().min(1).max(10_000),
    /** Normalisation: control characters removed, Chinese characters apart, accents removed, lower case. */
    clean: z.boolean(),
    chinese: z.boolean(),
    accents: z.boolean(),
    lower: z.boolean(),
    ...specialTokenFields,
  })
  .refine(({ unknown, vocabulary }) => unknown < vocabulary.length)
  .readonly()
export type WordPieces = z.infer<typeof wordPiecesSchema>

const REMOVED = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\ufffd]/gu
const CHINESE =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu
/** Words, and single punctuation marks; ASCII symbols count as punctuation. */
const WORD = /[!-/:-@[-`{-~\p{P}]|[^\p{White_Space}!-/:-@[-`{-~\p{P}]+/gu

function normalised(text: string, { clean, chinese, accents, lower }: WordPieces): string {
  let read = clean ? text.replace(REMOVED, '') : text
  if (chinese) read = read.replace(CHINESE, ' $& ')
  if (!accents) read = read.normalize('NFD').replace(/\p{Mn}/gu, '')
  // One character at a time: as a whole, a word-final Σ would become ς.
  return lower ? Array.from(read, (character) => character.toLowerCase()).join('') : read
}

const encoderOf = prepared((tokeniser: WordPieces) => {
  const { vocabulary, unknown, continuing, longest } = tokeniser
  const idOf = new Map(vocabulary.map((text, id) => [text, id]))
  const reach = vocabulary.reduce((most, text) => Math.max(most, text.length), 0)
  const cover = (word: string): readonly number[] => {
    if (Array.from(word).length > longest) return [unknown]
    const ids: number[] = []
    for (let at = 0; at < word.length;) {
      const sign = at === 0 ? '' : continuing
      let end = Math.min(word.length, at + reach)
      let id: number | undefined
      while (end > at && (id = idOf.get(sign + word.slice(at, end))) === undefined) end--
      if (id === undefined) return [unknown]
      ids.push(id)
      at = end
    }
    return ids
  }
  return {
    partsOf: createPartsOf(tokeniser),
    encode: (text: string) => (normalised(text, tokeniser).match(WORD) ?? []).flatMap(cover),
  }
})

export const wordPieces: TokeniserDefinition<WordPieces> = {
  encode(tokeniser, text) {
    const { partsOf, encode } = encoderOf(tokeniser)
    const ids = partsOf(text).flatMap((part) => ('token' in part ? [part.token] : encode(part.text)))
    return encoded([...tokeniser.before, ...ids, ...tokeniser.after], tokeniser.unknown)
  },
  decode(tokeniser, ids) {
    const { vocabulary, continuing } = tokeniser
    const words: string[] = []
    for (const id of withoutAdded([...ids], tokeniser)) {
      const text = vocabulary[id] ?? ''
      if (text.startsWith(continuing) && words.length > 0) words.push((words.pop() ?? '') + text.slice(continuing.length))
      else words.push(text)
    }
    return joinWords(words)
  },
}

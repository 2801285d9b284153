/**
 * Byte-level byte-pair encoding, as in GPT-2 (Radford et al. 2019, section 2.2): the text as UTF-8 bytes, merged within pieces. So every
 * text has tokens, none is unknown, and a token need not be a whole character.
 */
import { z } from 'zod'
import { decodeAnyUtf8, encodeUtf8 } from '../utf8'
import { bytesOfText } from './byte-text'
import { cutNames, cutText } from './cuts'
import { encoded, vocabularySchema, type TokeniserDefinition } from './define'
import { createPairMerger } from './pair-merger'
import { prepared } from './prepared'
import { createPartsOf, specialTokenFields, withoutAdded } from './special-tokens'

export const byteLevelSchema = z
  .object({
    kind: z.literal('byte-level'),
    /** Bytes as in `byte-text.ts`; special tokens as they are. */
    vocabulary: vocabularySchema,
    /** Left and right id of each merge, in the order of learning. */
    pairs: z.array(z.number().int().nonnegative()).readonly(),
    cuts: z.array(z.enum(cutNames)).max(4).readonly(),
    /** Whether a text that does not begin with a space gets one. */
    leadingSpace: z.boolean(),
    /** Whether a piece that is a token is that token, whatever its merges would give. */
    wholePieces: z.boolean(),
    ...specialTokenFields,
  })
  .readonly()
export type ByteLevel = z.infer<typeof byteLevelSchema>

/** Bytes as a text of characters up to U+00FF, to be a key. */
const keyOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
const ascii = /^[\0-\x7f]*$/
/** Most of fifty thousand tokens are ASCII, whose bytes are their characters: a page must not be busy for a tenth of a second. */
const keyOfToken = (text: string): string => (ascii.test(text) ? text : keyOf(bytesOfText(text)))

/** The bytes of a token; special tokens have those of their text. */
export const tokenBytes = ({ vocabulary, found }: Pick<ByteLevel, 'vocabulary' | 'found'>, id: number): Uint8Array => {
  const text = vocabulary[id] ?? ''
  return found.some((special) => special.id === id) ? encodeUtf8(text) : bytesOfText(text)
}

const encoderOf = prepared((tokeniser: ByteLevel) => {
  const { vocabulary, pairs, cuts, wholePieces, found } = tokeniser
  const special = new Set(found.map(({ id }) => id))
  const bytes = vocabulary.map((text, id) => (special.has(id) ? '' : keyOfToken(text)))
  const idOf = new Map(bytes.map((key, id) => [key, id]))
  idOf.delete('')
  const results = Int32Array.from({ length: pairs.length / 2 }, (_, rank) => {
    const joined = (bytes[pairs[2 * rank]!] ?? '') + (bytes[pairs[2 * rank + 1]!] ?? '')
    return idOf.get(joined) ?? 0
  })
  const merge = createPairMerger(pairs, results)
  const byteIds = Int32Array.from({ length: 256 }, (_, byte) => idOf.get(String.fromCharCode(byte)) ?? 0)
  const known = new Map<string, readonly number[]>()
  const encodePiece = (piece: string): readonly number[] => {
    const before = known.get(piece)
    if (before) return before
    const utf8 = encodeUtf8(piece)
    const whole = wholePieces ? idOf.get(keyOf(utf8)) : undefined
    const ids = whole === undefined ? merge(Array.from(utf8, (byte) => byteIds[byte]!)) : [whole]
    if (known.size < MOST_KNOWN) known.set(piece, ids)
    return ids
  }
  return { partsOf: createPartsOf(tokeniser), encode: (text: string) => cutText(text, cuts).flatMap(encodePiece) }
})

/** Pieces remembered by a tokeniser. */
const MOST_KNOWN = 100_000

export const byteLevel: TokeniserDefinition<ByteLevel> = {
  encode(tokeniser, text) {
    const { partsOf, encode } = encoderOf(tokeniser)
    const ids = partsOf(text).flatMap((part) => {
      if ('token' in part) return [part.token]
      const spaced = tokeniser.leadingSpace && !part.text.startsWith(' ') ? ` ${part.text}` : part.text
      return encode(spaced)
    })
    return encoded([...tokeniser.before, ...ids, ...tokeniser.after], null)
  },
  decode(tokeniser, ids) {
    const parts = withoutAdded([...ids], tokeniser).map((id) => tokenBytes(tokeniser, id))
    const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
    parts.reduce((at, part) => (all.set(part, at), at + part.length), 0)
    const text = decodeAnyUtf8(all)
    return tokeniser.leadingSpace && text.startsWith(' ') ? text.slice(1) : text
  },
}

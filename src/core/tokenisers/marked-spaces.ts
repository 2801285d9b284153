/**
 * Byte-pair encoding of characters whose spaces are written as ▁ (SentencePiece, Kudo & Richardson 2018), as in Llama 2: merged over the
 * whole text. Characters without a token are their UTF-8 bytes, if the vocabulary has tokens for bytes, else unknown.
 */
import { z } from 'zod'
import { decodeAnyUtf8, encodeUtf8 } from '../utf8'
import { encoded, unknownField, vocabularySchema, type TokeniserDefinition } from './define'
import { createPairMerger } from './pair-merger'
import { prepared } from './prepared'
import { createPartsOf, specialTokenFields, withoutAdded } from './special-tokens'

const SPACE = '▁'
/**
 * Whether text gets a space before it: each part between special tokens (`parts`), unless it has one (`spaceless-parts`); only the beginning
 * of the whole text; or never.
 */
const leading = ['parts', 'spaceless-parts', 'beginning', 'never'] as const

export const markedSpacesSchema = z
  .object({
    kind: z.literal('marked-spaces'),
    /** ▁ for a space; <0x00> to <0xFF> for bytes. */
    vocabulary: vocabularySchema,
    /** Left and right id of each merge, in the order of learning. */
    pairs: z.array(z.number().int().nonnegative()).readonly(),
    unknown: unknownField.nullable(),
    /** Whether characters without a token become bytes. */
    bytes: z.boolean(),
    /** Whether unknown characters beside each other are one token. */
    fused: z.boolean(),
    leading: z.enum(leading),
    /** Whether tokens end before each space. */
    split: z.boolean(),
    ...specialTokenFields,
  })
  .refine(({ unknown, vocabulary }) => unknown === null || unknown < vocabulary.length)
  .readonly()
export type MarkedSpaces = z.infer<typeof markedSpacesSchema>

const BYTE = /^<0x([0-9A-F]{2})>$/
const byteText = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`

const encoderOf = prepared((tokeniser: MarkedSpaces) => {
  const { vocabulary, pairs, unknown, bytes, fused, split } = tokeniser
  const idOf = new Map(vocabulary.map((text, id) => [text, id]))
  const results = Int32Array.from(
    { length: pairs.length / 2 },
    (_, rank) => idOf.get((vocabulary[pairs[2 * rank]!] ?? '') + (vocabulary[pairs[2 * rank + 1]!] ?? '')) ?? 0,
  )
  const merge = createPairMerger(pairs, results)
  const encodePiece = (piece: string): readonly number[] => {
    const ids: number[] = []
    let isUnknown = false
    for (const character of piece) {
      const id = idOf.get(character)
      const own = id === undefined && bytes ? Array.from(encodeUtf8(character), (byte) => idOf.get(byteText(byte))) : [id]
      if (own.every((each) => each !== undefined)) ids.push(...own)
      else if (unknown !== null && !(fused && isUnknown)) ids.push(unknown)
      isUnknown = own.includes(undefined)
    }
    return merge(ids)
  }
  const encode = (text: string): readonly number[] =>
    split ? text.split(/(?=▁)/u).flatMap((piece) => encodePiece(piece)) : encodePiece(text)
  return { partsOf: createPartsOf(tokeniser), encode }
})

export const markedSpaces: TokeniserDefinition<MarkedSpaces> = {
  encode(tokeniser, text) {
    const { partsOf, encode } = encoderOf(tokeniser)
    const ids = partsOf(text).flatMap((part) => {
      if ('token' in part) return [part.token]
      const marked = part.text.replaceAll(' ', SPACE)
      return encode(isLed(tokeniser, marked, part.start) ? SPACE + marked : marked)
    })
    return encoded([...tokeniser.before, ...ids, ...tokeniser.after], tokeniser.unknown)
  },
  decode(tokeniser, ids) {
    const { vocabulary, leading: led } = tokeniser
    const parts = withoutAdded([...ids], tokeniser).map((id) => {
      const [, byte] = (tokeniser.bytes && BYTE.exec(vocabulary[id] ?? '')) || []
      return byte === undefined ? encodeUtf8((vocabulary[id] ?? '').replaceAll(SPACE, ' ')) : Uint8Array.of(parseInt(byte, 16))
    })
    const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
    parts.reduce((at, part) => (all.set(part, at), at + part.length), 0)
    const text = decodeAnyUtf8(all)
    return led !== 'never' && text.startsWith(' ') ? text.slice(1) : text
  },
}

function isLed({ leading: led }: MarkedSpaces, text: string, start: number): boolean {
  if (led === 'parts') return true
  return !text.startsWith(SPACE) && (led === 'spaceless-parts' || (led === 'beginning' && start === 0))
}

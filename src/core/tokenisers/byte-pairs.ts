/** Byte-pair encoding: characters, then merges within words in the order they were learned. */
import { z } from 'zod'
import { LabError } from '../errors'
import { encoded, isSound, readableIds, tokenTexts, unknownField, vocabularySchema, type TokeniserDefinition } from './define'
import { createMerger } from './merges'
import { piecesOf } from './pieces'

export const bytePairsSchema = z
  .object({
    kind: z.literal('byte-pairs'),
    vocabulary: vocabularySchema,
    /** The pair of tokens behind each merged token, the last ones of the vocabulary. */
    merges: z.array(z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]).readonly()).readonly(),
    unknown: unknownField.nullable(),
  })
  .refine(isSound)
  .refine(({ vocabulary, merges }) => {
    const first = vocabulary.length - merges.length
    return first >= 0 && merges.every(([left, right], index) => Math.max(left, right) < first + index)
  })
  .readonly()
export type BytePairs = z.infer<typeof bytePairsSchema>

/** Encodes pieces, each once. Throws LabError `generate.unknown-character`. */
export function createPieceEncoder(tokeniser: BytePairs): (piece: string) => readonly number[] {
  const { vocabulary, merges, unknown } = tokeniser
  const first = vocabulary.length - merges.length
  const merge = createMerger(merges, first)
  const idOf = readableIds({ vocabulary: vocabulary.slice(0, first) })
  const known = new Map<string, readonly number[]>()
  return (piece) => {
    const before = known.get(piece)
    if (before) return before
    const characters = Array.from(piece, (character) => {
      const id = idOf.get(character) ?? unknown
      if (id === null) throw new LabError('generate.unknown-character', { character })
      return id
    })
    const ids = merge(characters)
    known.set(piece, ids)
    return ids
  }
}

export const bytePairs: TokeniserDefinition<BytePairs> = {
  encode(tokeniser, text, strangers) {
    const encodePiece = createPieceEncoder(tokeniser)
    const idOf = readableIds(tokeniser)
    const leaves = strangers === 'leave out' && tokeniser.unknown === null
    const leftOut = leaves ? Array.from(text).filter((character) => !idOf.has(character)) : []
    const read = leftOut.length > 0 ? Array.from(text, (character) => (idOf.has(character) ? character : '')).join('') : text
    const ids = Array.from(piecesOf(read)).flatMap((piece) => encodePiece(piece))
    return encoded(ids, tokeniser.unknown, leftOut)
  },
  decode: ({ vocabulary }, ids) => tokenTexts(vocabulary, ids).join(''),
}

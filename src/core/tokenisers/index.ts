/**
 * Tokenisers: from texts to token ids and back. A tokeniser is plain data, so that it can be sent over ports and stored with the weights.
 * The kinds: one line each.
 */
import { z } from 'zod'
import { byteLevel, byteLevelSchema } from './byte-level'
import { bytePairs, bytePairsSchema } from './byte-pairs'
import { characters, charactersSchema } from './characters'
import type { Encoded, Strangers, TokeniserDefinition } from './define'
import { longestMatch, longestMatchSchema } from './longest-match'
import { markedNumbers, markedNumbersSchema } from './marked-numbers'
import { markedSpaces, markedSpacesSchema } from './marked-spaces'
import { wordPieces, wordPiecesSchema } from './word-pieces'
import { words, wordsSchema } from './words'

export const tokeniserSchema = z.discriminatedUnion('kind', [
  charactersSchema,
  wordsSchema,
  longestMatchSchema,
  bytePairsSchema,
  markedNumbersSchema,
  byteLevelSchema,
  wordPiecesSchema,
  markedSpacesSchema,
])
export type Tokeniser = z.infer<typeof tokeniserSchema>

const definitions: { readonly [K in Tokeniser['kind']]: TokeniserDefinition<Extract<Tokeniser, { kind: K }>> } = {
  characters,
  words,
  'longest-match': longestMatch,
  'byte-pairs': bytePairs,
  'marked-numbers': markedNumbers,
  'byte-level': byteLevel,
  'word-pieces': wordPieces,
  'marked-spaces': markedSpaces,
}
const definitionOf = ({ kind }: Tokeniser): TokeniserDefinition<Tokeniser> => definitions[kind]

/**
 * Encodes a text as the task does, without padding or the start and end tokens that `writtenSample` adds. Throws LabError naming the text
 * that has no token, unless such parts are to be left out.
 */
export function encode(tokeniser: Tokeniser, text: string, strangers: Strangers = 'refuse'): Encoded {
  return definitionOf(tokeniser).encode(tokeniser, text, strangers)
}

/** Decodes tokens to a text that encodes to the same ids. `features` are the numbers of the tokens, if there are any. */
export function decode(tokeniser: Tokeniser, ids: Iterable<number>, features: ArrayLike<number> = []): string {
  return definitionOf(tokeniser).decode(tokeniser, ids, features)
}

/**
 * Tokenisers: from texts to token ids and back. A tokeniser is plain data, so that it crosses every port and is kept beside a model's
 * weights. The kinds: one line each.
 */
import { z } from 'zod'
import { bytePairs, bytePairsSchema } from './byte-pairs'
import { characters, charactersSchema } from './characters'
import type { Encoded, TokeniserDefinition } from './define'
import { longestMatch, longestMatchSchema } from './longest-match'
import { markedNumbers, markedNumbersSchema } from './marked-numbers'
import { words, wordsSchema } from './words'

export const tokeniserSchema = z.discriminatedUnion('kind', [
  charactersSchema,
  wordsSchema,
  longestMatchSchema,
  bytePairsSchema,
  markedNumbersSchema,
])
export type Tokeniser = z.infer<typeof tokeniserSchema>

const definitions: { readonly [K in Tokeniser['kind']]: TokeniserDefinition<Extract<Tokeniser, { kind: K }>> } = {
  characters,
  words,
  'longest-match': longestMatch,
  'byte-pairs': bytePairs,
  'marked-numbers': markedNumbers,
}
const definitionOf = ({ kind }: Tokeniser): TokeniserDefinition<Tokeniser> => definitions[kind]

/**
 * The tokens of a text, as the task itself would read it: no padding, and none of the signs that a written sequence begins and ends with,
 * which `writtenSample` puts around it. Throws LabError, which names what has no token.
 */
export function encode(tokeniser: Tokeniser, text: string): Encoded {
  return definitionOf(tokeniser).encode(tokeniser, text)
}

/** The text of tokens; encoded again, it gives the same ids. `features` are the numbers that came with them, where some did. */
export function decode(tokeniser: Tokeniser, ids: Iterable<number>, features: ArrayLike<number> = []): string {
  return definitionOf(tokeniser).decode(tokeniser, ids, features)
}

/** The definition of a tokeniser: plain data with a schema, and conversion of text to token ids and back. One file per kind. */
import { z } from 'zod'

/** Token texts by id, all different. */
export const vocabularySchema = z.array(z.string()).readonly()

/** Fields of most kinds. */
export const vocabularyFields = {
  vocabulary: vocabularySchema,
  /** Number of special tokens, such as padding, which come first and are never the result of encoding a text. */
  signs: z.number().int().nonnegative(),
}

/** The id of the unknown token. */
export const unknownField = z.number().int().nonnegative()

/** Whether special and unknown tokens are in the vocabulary, and the unknown token is not a special one. */
export function isSound({ vocabulary, signs = 0, unknown = null }: Sized): boolean {
  return signs <= vocabulary.length && (unknown === null || (unknown >= signs && unknown < vocabulary.length))
}

interface Sized {
  readonly vocabulary: readonly string[]
  readonly signs?: number
  readonly unknown?: number | null
}

export interface Encoded {
  readonly ids: readonly number[]
  /** Indices into `ids` of unknown tokens. */
  readonly unknown: readonly number[]
  /** Parts of the text that have no token and were left out, in order; none unless that was asked for. */
  readonly leftOut: readonly string[]
  /** Numbers in the text, those of the first token, of the second, and so on. Empty for most tokenisers. */
  readonly features: readonly number[]
}

/** What happens to text that has no token. */
export type Strangers = 'refuse' | 'leave out'

export interface TokeniserDefinition<T> {
  /** Text that has no token, if there is no unknown token, is left out, or throws LabError. */
  encode(tokeniser: T, text: string, strangers: Strangers): Encoded
  decode(tokeniser: T, ids: Iterable<number>, features: ArrayLike<number>): string
}

/** `unknown` is the id of the unknown token, or null. */
export function encoded(ids: readonly number[], unknown: number | null, leftOut: readonly string[] = []): Encoded {
  return { ids, unknown: ids.flatMap((id, at) => (id === unknown ? [at] : [])), leftOut, features: [] }
}

/** Ids by token text, without special tokens. */
export function readableIds({ vocabulary, signs = 0 }: Sized): Map<string, number> {
  return new Map([...vocabulary.entries()].slice(signs).map(([id, token]) => [token, id]))
}

export const tokenTexts = (vocabulary: readonly string[], ids: Iterable<number>): string[] =>
  Array.from(ids, (id) => vocabulary[id] ?? '')

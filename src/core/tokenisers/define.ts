/** What a kind of tokeniser is: plain data with a schema, and how texts become token ids with it and ids become texts. One file per kind. */
import { z } from 'zod'

/** Token texts by id. All different. */
export const vocabularySchema = z.array(z.string()).readonly()

/** What most kinds have in common. */
export const vocabularyFields = {
  vocabulary: vocabularySchema,
  /** So many of the first tokens are the task's own, such as padding: no text becomes them. */
  signs: z.number().int().nonnegative(),
}

/** The id of the token for all that has none. */
export const unknownField = z.number().int().nonnegative()

/** Whether the ids that are told apart are in the vocabulary, and the unknown token is no sign. */
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
  /** Indexes into `ids` of tokens that stand for something unknown. */
  readonly unknown: readonly number[]
  /** Where a text says a number with each token: those of the first token, of the second, and so on. Otherwise empty. */
  readonly features: readonly number[]
}

export interface TokeniserDefinition<T> {
  /** Throws LabError for what has no token, where no token stands for the unknown. */
  encode(tokeniser: T, text: string): Encoded
  decode(tokeniser: T, ids: Iterable<number>, features: ArrayLike<number>): string
}

/** `unknown` is the id of the token for all that has none, or null. */
export function encoded(ids: readonly number[], unknown: number | null): Encoded {
  return { ids, unknown: ids.flatMap((id, at) => (id === unknown ? [at] : [])), features: [] }
}

/** Ids by token text, without signs. */
export function readableIds({ vocabulary, signs = 0 }: Sized): Map<string, number> {
  return new Map([...vocabulary.entries()].slice(signs).map(([id, token]) => [token, id]))
}

export const tokenTexts = (vocabulary: readonly string[], ids: Iterable<number>): string[] =>
  Array.from(ids, (id) => vocabulary[id] ?? '')

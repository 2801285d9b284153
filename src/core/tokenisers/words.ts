/** Every word, punctuation mark and Chinese character is a token; unknown ones share a token. */
import { z } from 'zod'
import { encoded, isSound, readableIds, tokenTexts, unknownField, vocabularyFields, type TokeniserDefinition } from './define'
import { joinWords, piecesOf, wordsOf } from './pieces'

/**
 * `kept`: tokens include the space before a word, as in GPT-2. `implied`: they do not, and decoding inserts spaces except beside Chinese.
 * `separating`: tokens are separated by spaces only.
 */
const spaces = ['kept', 'implied', 'separating'] as const

export const wordsSchema = z
  .object({ kind: z.literal('words'), ...vocabularyFields, unknown: unknownField, spaces: z.enum(spaces) })
  .refine(isSound)
  .readonly()
type Words = z.infer<typeof wordsSchema>

interface Cut {
  split(text: string, isKnown: (token: string) => boolean): Iterable<string>
  join(tokens: readonly string[]): string
}

const cuts: { readonly [S in Words['spaces']]: Cut } = {
  kept: { split: piecesOf, join: (tokens) => tokens.join('') },
  implied: { split: wordsOf, join: joinWords },
  separating: {
    /** Splits "barks." into "barks" and ".", which the vocabulary has as separate tokens. */
    split: (text, isKnown) => text.split(/\s+/).flatMap((token) => (isKnown(token) ? [token] : wordsOf(token))),
    join: (tokens) => tokens.join(' '),
  },
}

export const words: TokeniserDefinition<Words> = {
  encode(tokeniser, text) {
    const { unknown, spaces } = tokeniser
    const idOf = readableIds(tokeniser)
    const tokens = cuts[spaces].split(text, (token) => idOf.has(token))
    return encoded(
      Array.from(tokens, (token) => idOf.get(token) ?? unknown),
      unknown,
    )
  },
  decode: ({ vocabulary, spaces }, ids) => cuts[spaces].join(tokenTexts(vocabulary, ids)),
}

/** Every word, sign and Chinese character is a token; one token stands for all that are unknown. */
import { z } from 'zod'
import { encoded, isSound, readableIds, tokenTexts, unknownField, vocabularyFields, type TokeniserDefinition } from './define'
import { joinWords, piecesOf, wordsOf } from './pieces'

/**
 * `kept`: a word has the space before it, as in GPT-2. `implied`: it has none, and spaces are put in again, but none beside Chinese.
 * `separating`: tokens are what stands between spaces, whatever it is.
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
    /** People write "barks." for "barks .": what is unknown as it stands is cut into words and signs. */
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

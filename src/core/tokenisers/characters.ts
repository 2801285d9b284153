/** Every character is a token. */
import { z } from 'zod'
import { LabError } from '../errors'
import { encoded, isSound, readableIds, tokenTexts, unknownField, vocabularyFields, type TokeniserDefinition } from './define'

export const charactersSchema = z
  .object({ kind: z.literal('characters'), ...vocabularyFields, unknown: unknownField.nullable() })
  .refine(isSound)
  .readonly()
type Characters = z.infer<typeof charactersSchema>

/** Throws LabError `generate.unknown-character` if there is no unknown token. */
export const characters: TokeniserDefinition<Characters> = {
  encode(tokeniser, text, strangers) {
    const { unknown } = tokeniser
    const idOf = readableIds(tokeniser)
    const leftOut: string[] = []
    const ids = Array.from(text).flatMap((character) => {
      const id = idOf.get(character) ?? unknown
      if (id !== null) return id
      if (strangers === 'refuse') throw new LabError('generate.unknown-character', { character })
      leftOut.push(character)
      return []
    })
    return encoded(ids, unknown, leftOut)
  },
  decode: ({ vocabulary }, ids) => tokenTexts(vocabulary, ids).join(''),
}

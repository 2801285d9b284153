/**
 * Greedy longest match against a closed vocabulary; spaces only separate. So "abc" is three letters, and 她会画画 is segmented by maximum
 * matching.
 */
import { z } from 'zod'
import { LabError } from '../errors'
import { encoded, isSound, tokenTexts, vocabularyFields, type TokeniserDefinition } from './define'
import { joinWords, piecesOf } from './pieces'

/** Spaces between tokens: none; only beside non-Chinese tokens; or always. */
const spaces = ['none', 'implied', 'separating'] as const

export const longestMatchSchema = z
  .object({ kind: z.literal('longest-match'), ...vocabularyFields, spaces: z.enum(spaces) })
  .refine(isSound)
  .readonly()
type LongestMatch = z.infer<typeof longestMatchSchema>

const joins: { readonly [S in LongestMatch['spaces']]: (tokens: readonly string[]) => string } = {
  none: (tokens) => tokens.join(''),
  implied: joinWords,
  separating: (tokens) => tokens.join(' '),
}

/** Throws LabError `generate.unknown-source`. */
export const longestMatch: TokeniserDefinition<LongestMatch> = {
  encode({ vocabulary, signs, spaces }, text, strangers) {
    const tokens = [...vocabulary.entries()].slice(signs).sort(([, a], [, b]) => b.length - a.length)
    const ids: number[] = []
    const leftOut: string[] = []
    for (let at = text.search(/\S/); at >= 0 && at < text.length;) {
      const found = tokens.find(([, token]) => token !== '' && text.startsWith(token, at))
      if (!found && strangers === 'refuse') throw new LabError('generate.unknown-source', { text: wordAt(text, at).trim() })
      // Letters are left out one by one, words as a whole, even if one begins like another.
      const part = found?.[1] ?? (spaces === 'none' ? String.fromCodePoint(text.codePointAt(at)!) : wordAt(text, at, at))
      if (found) ids.push(found[0])
      else leftOut.push(part)
      at += part.length
      while (/^\s$/.test(text.charAt(at))) at++
    }
    return encoded(ids, null, leftOut)
  },
  decode: ({ vocabulary, spaces }, ids) => joins[spaces](tokenTexts(vocabulary, ids)),
}

/** The word around an index, or its part from `from` on. */
function wordAt(text: string, index: number, from = 0): string {
  let end = 0
  for (const piece of piecesOf(text)) {
    end += piece.length
    if (end > index) return text.slice(Math.max(from, end - piece.length), end)
  }
  return text.slice(index)
}

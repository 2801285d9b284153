/** Kinds of tokens by their text, for colours where a task knows nothing else of them. */
import type { Tokeniser } from '../tokenisers'

export const tokenKinds = ['special', 'letter', 'digit', 'punctuation', 'space', 'other'] as const
export type TokenKind = (typeof tokenKinds)[number]

const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ['space', /^\s+$/u],
  ['digit', /^[\s▁]*\p{N}+$/u],
  ['letter', /\p{L}/u],
  ['punctuation', /^\s*[\p{P}\p{S}]+$/u],
]

/** By id. The unknown token is a special one. */
export function kindsOf(tokeniser: Tokeniser): readonly TokenKind[] {
  const signs = 'signs' in tokeniser ? tokeniser.signs : 0
  const unknown = 'unknown' in tokeniser ? tokeniser.unknown : null
  const special = new Set('found' in tokeniser ? tokeniser.found.map(({ id }) => id) : [])
  return tokeniser.vocabulary.map((text, id) => {
    if (id < signs || id === unknown || special.has(id) || text === '') return 'special'
    return patterns.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other'
  })
}

/** From texts to tokens and back, where a sequence stands for a text that somebody types or reads. */
import { LabError } from '../errors'
import { piecesOf } from './next-token/pieces'
import type { SourceSpec, Units } from './types'

/** Words, signs and Chinese characters without the space before them, or all characters. */
export function tokensOf(text: string, units: Units): string[] {
  if (units === 'characters') return Array.from(text)
  return Array.from(piecesOf(text), (piece) => piece.trim()).filter((piece) => piece !== '')
}

/** Characters that no space is put beside: Chinese ones, and their signs. */
const UNSPACED = /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u

/** Characters side by side; words with spaces between them, but none beside Chinese ones. */
export function textOf(tokens: readonly string[], units: Units): string {
  if (units === 'characters') return tokens.join('')
  return tokens.reduce((text, token, index) => {
    const together = index === 0 || UNSPACED.test(token.slice(0, 1)) || UNSPACED.test(text.slice(-1))
    return text + (together ? '' : ' ') + token
  }, '')
}

/**
 * The ids of a text, as the task itself would read it. Where it has no token for what is unknown, its vocabulary is all there is to say:
 * then the longest token that fits is taken, again and again, and spaces only separate. Throws LabError `generate.unknown-source`.
 */
export function readSource(text: string, { vocabulary, units, unknown }: SourceSpec): number[] {
  if (unknown === null) return longestTokens(text, vocabulary)
  const idOf = new Map(vocabulary.map((token, id) => [token, id]))
  return tokensOf(text, units).map((token) => {
    const id = idOf.get(token)
    return id === undefined || id < unknown ? unknown : id // no sign of the task's own
  })
}

function longestTokens(text: string, vocabulary: readonly string[]): number[] {
  const tokens = [...vocabulary.entries()].slice(1).sort(([, a], [, b]) => b.length - a.length)
  const ids: number[] = []
  for (let rest = text.trim(); rest !== '';) {
    const found = tokens.find(([, token]) => token !== '' && rest.startsWith(token))
    if (!found) throw new LabError('generate.unknown-source', { text: rest.split(/\s/)[0]! })
    ids.push(found[0])
    rest = rest.slice(found[1].length).trimStart()
  }
  return ids
}

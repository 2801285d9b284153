/** How a prompt begins a text: as tokens that the tokeniser would have made of that text. */
import { decode, encode, type Tokeniser } from '@core/tokenisers'

export interface Beginning {
  /** At least one. */
  readonly ids: readonly number[]
  /** As the model reads it; empty where nothing was given. */
  readonly prompt: string
  /** Ids that may not come first after it. */
  readonly banned: ReadonlySet<number>
}

/** Whether a space is part of the word after it, as in GPT-2. */
const spaceLeads = (tokeniser: Tokeniser): boolean =>
  tokeniser.kind === 'byte-pairs' || (tokeniser.kind === 'words' && tokeniser.spaces === 'kept')

/**
 * Without a prompt, a line's beginning; where the vocabulary has no line break, its first token that may be generated. Spaces at the end
 * of a prompt belong to the next word where the tokeniser sees them so: the next token is then one that begins with a space, if there is
 * any. Throws LabError `generate.unknown-character` or `generate.unknown-source`.
 */
export function beginningOf(given: string, tokeniser: Tokeniser, banned: ReadonlySet<number>): Beginning {
  const read = spaceLeads(tokeniser) ? given.replace(/ +$/, '') : given
  const { vocabulary } = tokeniser
  const { ids } = encode(tokeniser, read)
  const spaced = read !== given && ids.length > 0 && vocabulary.some((token) => token.startsWith(' '))
  const unspaced = [...vocabulary.keys()].filter((id) => spaced && !vocabulary[id]!.startsWith(' '))
  if (ids.length > 0) return { ids, prompt: decode(tokeniser, ids), banned: new Set(unspaced) }
  const start = vocabulary.indexOf('\n')
  const unknown = 'unknown' in tokeniser ? tokeniser.unknown : null
  const first = vocabulary.findIndex((_, id) => !banned.has(id) && id !== unknown)
  return { ids: [Math.max(0, start < 0 ? first : start)], prompt: '', banned: new Set() }
}

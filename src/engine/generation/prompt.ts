/** Turns a prompt into the tokens that the tokeniser would produce for a text starting with it. */
import { decode, encode, type Tokeniser } from '@core/tokenisers'

export interface Beginning {
  /** At least one. */
  readonly ids: readonly number[]
  /** As the model reads it; empty if none was given. */
  readonly prompt: string
  /** Ids that must not come first after it. */
  readonly banned: ReadonlySet<number>
}

/** Whether a space belongs to the word after it, as in GPT-2. */
const spaceLeads = (tokeniser: Tokeniser): boolean =>
  tokeniser.kind === 'byte-pairs' ||
  tokeniser.kind === 'byte-level' ||
  (tokeniser.kind === 'words' && tokeniser.spaces === 'kept')

/**
 * Without a prompt, starts a line; without a line break in the vocabulary, starts with the first token that may be generated.
 * If spaces belong to the next word, trailing spaces are removed and the next token must start with a space, if the vocabulary
 * has such tokens. Throws LabError `generate.unknown-character` or `generate.unknown-source`.
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

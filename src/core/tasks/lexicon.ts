/** Tokenisers of built-in tasks with a closed vocabulary. */
import type { Tokeniser } from '../tokenisers'

type Spaces = Extract<Tokeniser, { kind: 'longest-match' }>['spaces']

/** The first `signs` tokens are special and never read from a text. `spaces` is the text between tokens. */
export function lexicon(vocabulary: readonly string[], signs: number, spaces: Spaces = 'none'): Tokeniser {
  return { kind: 'longest-match', vocabulary, signs, spaces }
}

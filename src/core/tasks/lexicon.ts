/** Tokenisers of built-in tasks: their vocabulary is all there is to say. */
import type { Tokeniser } from '../tokenisers'

type Spaces = Extract<Tokeniser, { kind: 'longest-match' }>['spaces']

/** The first `signs` tokens are never read from a text. `spaces` is what is written between tokens. */
export function lexicon(vocabulary: readonly string[], signs: number, spaces: Spaces = 'none'): Tokeniser {
  return { kind: 'longest-match', vocabulary, signs, spaces }
}

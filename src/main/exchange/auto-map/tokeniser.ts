/** Tokenisers as `tokenizer.json` of the tokenizers library, where its parts give the same tokens. */
import type { Tokeniser } from '@core/tokenisers'
import { joinWords, PIECE, wordsOf } from '@core/tokenisers/pieces'
import { ANY_CHARACTER } from '../huggingface/read-tokeniser'
import { tokeniserFile } from '../huggingface/write-tokeniser'

export interface TokenizerFile {
  readonly json: object
  /** Whether decoded texts are ours; otherwise they have a space between all tokens. */
  readonly decodes: boolean
}

type Of<K extends Tokeniser['kind']> = Extract<Tokeniser, { kind: K }>
type Table = { readonly [K in Tokeniser['kind']]: (tokeniser: Of<K>) => TokenizerFile | null }

const split = (pattern: string): object => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior: 'Isolated',
  invert: false,
})
const sequence = (pretokenizers: readonly object[]): object => ({ type: 'Sequence', pretokenizers })
/** The library's regular expressions name scripts in another way. */
const pieces = PIECE.source.replaceAll('\\p{Script=Han}', '\\p{Han}')
const words = sequence([{ type: 'WhitespaceSplit' }, split(pieces.replaceAll(' ?', ''))])
const fuse = { type: 'Fuse' }

const vocabOf = (tokens: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(tokens.map((token, id) => [token, id]))
const readable = ({ vocabulary, signs }: { vocabulary: readonly string[]; signs: number }): readonly string[] =>
  vocabulary.slice(signs)

/** No text stands for unknown input, which is then an error, as here. */
const none = '\u0000'

/** Every piece is a token. */
const wordLevel = (vocabulary: readonly string[], unknown: number | null): object => ({
  type: 'WordLevel',
  vocab: vocabOf(vocabulary),
  unk_token: unknown === null ? none : vocabulary[unknown],
})

const file = (model: object, pretokenizer: object, decoder: object | null, decodes = true): TokenizerFile => ({
  json: {
    ...{ version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null },
    ...{ pre_tokenizer: pretokenizer, post_processor: null, decoder, model },
  },
  decodes,
})

/** Decoding of tokens that are joined by spaces, but not beside Chinese. */
function joined(tokens: readonly string[]): { readonly decoder: object | null; readonly decodes: boolean } {
  const spaced = tokens.filter((token) => joinWords(['a', token, 'a']) === `a ${token} a`)
  return { decoder: spaced.length === 0 ? fuse : null, decodes: spaced.length === 0 || spaced.length === tokens.length }
}

/** Those of imported models. */
function pretrained(tokeniser: Tokeniser): TokenizerFile | null {
  const json = tokeniserFile(tokeniser)
  return json && { json, decodes: true }
}

const table: Table = {
  characters: ({ vocabulary, unknown }) => file(wordLevel(vocabulary, unknown), split(ANY_CHARACTER), fuse),
  words(tokeniser) {
    const { vocabulary, unknown, spaces } = tokeniser
    const model = wordLevel(vocabulary, unknown)
    if (spaces === 'kept') return file(model, split(pieces), fuse)
    const tokens = readable(tokeniser).filter((_, index) => index + tokeniser.signs !== unknown)
    if (spaces === 'implied') {
      const { decoder, decodes } = joined(tokens)
      return file(model, words, decoder, decodes)
    }
    // A token of several words would be found only between spaces.
    const isPlain = tokens.every((token) => wordsOf(token).join('\n') === token)
    return isPlain ? file(model, words, null) : null
  },
  'longest-match'(tokeniser) {
    const tokens = readable(tokeniser)
    if (tokens.some((token) => token === '' || /\s/.test(token))) return null
    const model = {
      ...{ type: 'WordPiece', unk_token: none, continuing_subword_prefix: '', max_input_chars_per_word: 100_000 },
      vocab: vocabOf(tokeniser.vocabulary),
    }
    const pretokenizer = { type: 'WhitespaceSplit' }
    if (tokeniser.spaces === 'none') return file(model, pretokenizer, fuse)
    if (tokeniser.spaces === 'separating') return file(model, pretokenizer, null)
    const { decoder, decodes } = joined(tokens)
    return file(model, pretokenizer, decoder, decodes)
  },
  'byte-pairs'({ vocabulary, merges, unknown }) {
    const model = {
      ...{ type: 'BPE', dropout: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false },
      ...{ byte_fallback: false, ignore_merges: false, unk_token: unknown === null ? null : vocabulary[unknown] },
      vocab: vocabOf(vocabulary),
      merges: merges.map(([left, right]) => [vocabulary[left], vocabulary[right]]),
    }
    return file(model, split(pieces), fuse)
  },
  'marked-numbers': () => null,
  'byte-level': pretrained,
  'word-pieces': pretrained,
  'marked-spaces': pretrained,
}

/** Null where no parts of the library do the same. */
export function tokenizerFile(tokeniser: Tokeniser): TokenizerFile | null {
  return (table[tokeniser.kind] as (tokeniser: Tokeniser) => TokenizerFile | null)(tokeniser)
}

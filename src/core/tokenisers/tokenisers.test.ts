/** Every kind of tokeniser encodes and decodes texts; unknown text is marked or refused. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode, tokeniserSchema, type Tokeniser } from './index'

const letters: Tokeniser = { kind: 'characters', vocabulary: ['·', '□', 'a', 'b', ' ', '😀'], signs: 1, unknown: 1 }
const words: Tokeniser = {
  kind: 'words',
  vocabulary: ['·', '□', 'say', 'of', '今', '天', ',', 'don’t', '3.5'],
  signs: 1,
  unknown: 1,
  spaces: 'implied',
}
const lexicon: Tokeniser = {
  kind: 'longest-match',
  vocabulary: ['·', '«', 'nine', 'nineteen', 'ninety', 'eight', '三', '百', '三百'],
  signs: 2,
  spaces: 'implied',
}
const pairs: Tokeniser = {
  kind: 'byte-pairs',
  vocabulary: ['a', 'b', 'c', ' ', 'ab', ' ab', 'abc'],
  merges: [
    [0, 1],
    [3, 4],
    [4, 2],
  ],
  unknown: null,
}
const numbers: Tokeniser = { kind: 'marked-numbers', vocabulary: ['·', '+'] }
const all = { letters, words, lexicon, pairs, numbers }

const texts = (tokeniser: Tokeniser, text: string): string[] =>
  encode(tokeniser, text).ids.map((id) => tokeniser.vocabulary[id]!)

describe('encode', () => {
  it.each<[keyof typeof all, string, readonly string[]]>([
    ['letters', 'ab a😀', ['a', 'b', ' ', 'a', '😀']],
    ['letters', 'a字·□', ['a', '□', '□', '□']],
    ['words', ' say of\tof,', ['say', 'of', 'of', ',']],
    ['words', '今天say', ['今', '天', 'say']],
    ['words', 'say itself · □ don’t', ['say', '□', '□', '□', 'don’t']],
    ['words', '3.5', ['□', '□', '□']], // punctuation is a word of its own
    ['lexicon', 'nineteenninety  eight', ['nineteen', 'ninety', 'eight']],
    ['lexicon', ' nine teen'.slice(0, 5), ['nine']],
    ['lexicon', '三百三', ['三百', '三']],
    ['pairs', 'abc ab cab', ['abc', ' ab', ' ', 'c', 'ab']],
    ['numbers', '0.35 +.2\n-1 +5e-1', ['·', '+', '·', '+']],
    ['letters', '', []],
    ['lexicon', ' ', []],
  ])('tokenises with %s %j', (name, text, tokens) => {
    expect(texts(all[name], text)).toEqual(tokens)
  })

  it('keeps the space before a word, or splits at spaces only', () => {
    const kept: Tokeniser = { kind: 'words', vocabulary: ['□', 'you', ' read', '\n'], signs: 0, unknown: 0, spaces: 'kept' }
    expect(texts(kept, 'you read you\n')).toEqual(['you', ' read', '□', '\n'])
    const separating: Tokeniser = { ...words, vocabulary: ['·', '□', '3.5', 'barks', '.', '小狗'], spaces: 'separating' }
    expect(texts(separating, '小狗 barks. 3.5 ?')).toEqual(['小狗', 'barks', '.', '3.5', '□'])
  })

  it('marks unknown tokens', () => {
    expect(encode(words, 'say it of them').unknown).toEqual([1, 3])
    expect(encode(letters, 'azb').unknown).toEqual([1])
    expect(encode(lexicon, 'nine').unknown).toEqual([])
  })

  it('reads numbers of tokens', () => {
    expect(encode(numbers, '0.35 +0.2')).toEqual({ ids: [0, 1], unknown: [], leftOut: [], features: [0.35, 0, 0.2, 1] })
  })

  it.each<[Tokeniser, string, string, object]>([
    [{ ...letters, unknown: null }, 'ab字', 'generate.unknown-character', { character: '字' }],
    [pairs, 'ab字', 'generate.unknown-character', { character: '字' }],
    [lexicon, 'nine bananas', 'generate.unknown-source', { text: 'bananas' }],
    [lexicon, 'ninetyish', 'generate.unknown-source', { text: 'ninetyish' }],
    [lexicon, '三百五十', 'generate.unknown-source', { text: '五' }],
    [lexicon, 'nine « eight', 'generate.unknown-source', { text: '«' }],
    [lexicon, '·', 'generate.unknown-source', { text: '·' }],
    [numbers, '0.5 half', 'generate.not-a-number', { text: 'half' }],
    [numbers, '++1', 'generate.not-a-number', { text: '++1' }],
    [numbers, '+', 'generate.not-a-number', { text: '+' }],
    [numbers, '1e999', 'generate.not-a-number', { text: '1e999' }],
    [numbers, '0x10', 'generate.not-a-number', { text: '0x10' }],
  ])('of %j refuses %j and names the unknown text', (tokeniser, text, code, params) => {
    expect(() => encode(tokeniser, text)).toThrow(expect.objectContaining({ code, params }) as Error)
  })

  it.each<[Tokeniser, string, readonly string[], readonly string[]]>([
    [{ ...letters, unknown: null }, 'a字b字', ['a', 'b'], ['字', '字']],
    [letters, 'azb', ['a', '□', 'b'], []], // read as the unknown token
    [pairs, 'ab字c', ['abc'], ['字']],
    [lexicon, 'nine bananas eight', ['nine', 'eight'], ['bananas']],
    [lexicon, 'ninetyish', ['ninety'], ['ish']],
    [lexicon, '字«', [], ['字', '«']],
    [{ ...lexicon, spaces: 'none' }, 'ninexeight', ['nine', 'eight'], ['x']],
  ])('of %j leaves out of %j what has no token, if asked to', (tokeniser, text, tokens, leftOut) => {
    const found = encode(tokeniser, text, 'leave out')
    expect([found.ids.map((id) => tokeniser.vocabulary[id]), found.leftOut]).toEqual([tokens, leftOut])
  })

  it('never leaves out a number', () => {
    expect(() => encode(numbers, '0.5 half', 'leave out')).toThrow(
      expect.objectContaining({ code: 'generate.not-a-number' }) as Error,
    )
  })

  it('never returns a special token, for any text', () => {
    const signed = [letters, words, lexicon, { ...words, spaces: 'kept' }, { ...words, spaces: 'separating' }] as const
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('·', '«', '□', ' ', 'nine', '三', 'say'), maxLength: 12 }), (text) => {
        for (const tokeniser of signed) {
          const { ids } =
            tokeniser.kind === 'longest-match' ? encode(tokeniser, text.replaceAll(/[·«□]|say/gu, '')) : encode(tokeniser, text)
          expect(ids.filter((id) => id < tokeniser.signs)).toEqual([])
        }
      }),
    )
  })
})

describe('decode', () => {
  const spaced = (vocabulary: readonly string[], spaces: 'implied' | 'separating'): Tokeniser => ({
    kind: 'longest-match',
    vocabulary,
    signs: 0,
    spaces,
  })
  it.each<[readonly string[], 'implied' | 'separating', string]>([
    [['I', 'am', '5'], 'implied', 'I am 5'],
    [['I', 'a'], 'implied', 'I a'],
    [['今', '天', '，', '好'], 'implied', '今天，好'],
    [['用', 'Word', '写'], 'implied', '用Word写'],
    [['她', '会', '画画'], 'separating', '她 会 画画'],
    [[], 'implied', ''],
  ])('joins %j, spaces %s', (tokens, spaces, text) => {
    expect(decode(spaced(tokens, spaces), tokens.keys())).toBe(text)
  })

  it('concatenates characters and pieces, and puts a + before marked numbers', () => {
    expect(decode(letters, [2, 4, 3])).toBe('a b')
    expect(decode(pairs, [6, 5])).toBe('abc ab')
    expect(decode(numbers, [0, 1], Float32Array.of(0.35, 0, 0.2, 1))).toBe('0.35 +0.2')
  })

  it('returns a text with the same tokens', () => {
    const vocabulary = ['□', ...Array.from('ab天,’.-'), 'as', '1', '11', 'b’s']
    const written = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '1', '天', '，', ',', '’', 's', '.', '-'), maxLength: 30 })
    const kinds = fc.constantFrom<Tokeniser>(
      { kind: 'words', vocabulary, signs: 0, unknown: 0, spaces: 'implied' },
      { kind: 'words', vocabulary, signs: 0, unknown: 0, spaces: 'separating' },
      { kind: 'characters', vocabulary, signs: 0, unknown: 0 },
    )
    fc.assert(
      fc.property(written, kinds, (text, tokeniser) => {
        const { ids } = encode(tokeniser, text)
        expect(encode(tokeniser, decode(tokeniser, ids)).ids).toEqual(ids)
      }),
    )
  })
})

describe('the schema', () => {
  it.each(Object.entries(all))('reads %s from JSON', (_, tokeniser) => {
    expect(tokeniserSchema.parse(JSON.parse(JSON.stringify(tokeniser)))).toEqual(tokeniser)
  })

  it.each<[string, object]>([
    ['no kind', { vocabulary: [] }],
    ['an unknown kind', { ...letters, kind: 'runes' }],
    ['more signs than tokens', { ...lexicon, signs: 10 }],
    ['an unknown token that is a sign', { ...words, unknown: 0 }],
    ['an unknown token that is not there', { ...letters, unknown: 6 }],
    ['a merge of a token made later', { ...pairs, merges: [[0, 1], [3, 5], [4, 2]] }], // prettier-ignore
    ['more merges than tokens', { ...pairs, vocabulary: ['a', 'ab'] }],
  ])('refuses %s', (_, file) => {
    expect(tokeniserSchema.safeParse(file).success).toBe(false)
  })
})

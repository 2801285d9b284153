/** Every task's tokeniser encodes entered texts as the task itself does. */
import { describe, expect, it } from 'vitest'
import { decode, encode, type Tokeniser } from '../tokenisers'
import { createTask, tasks } from './index'
import type { TaskInstance } from './types'

const instance = (kind: string, params: object = {}, data: string | null = null): TaskInstance =>
  createTask({ kind, params: params as Record<string, unknown> }, data)

interface Sequence {
  readonly ids: readonly number[]
  readonly features: ArrayLike<number>
}

/** The validation sequences of a tokeniser, without padding and start or end tokens. */
function sequencesOf(task: TaskInstance, which: 'tokeniser' | 'source'): Sequence[] {
  const { signature, validation } = task.spec
  const batch = task.evaluationBatch(0, Math.min(validation, 200))
  const { written, features: width } = signature
  const { length } = which === 'source' ? signature.source! : signature
  const [data, mask] = which === 'source' ? [batch.source!, batch.sourceMask] : [batch.tokens, batch.mask]
  return Array.from({ length: data.length / length }, (_, row) => {
    const from = row * length
    const real = mask ? mask.subarray(from, from + length).filter((each) => each === 1).length : length
    const ids = [...data.subarray(from, from + real)]
    return {
      ids: which === 'tokeniser' && written ? ids.slice(1) : ids,
      features: batch.features?.subarray(from * width, (from + real) * width) ?? [],
    }
  })
}

/** A window may begin and end within a word, whose tokens are then unknown, so only whole words are compared. */
function wholeWords({ vocabulary }: Tokeniser, ids: readonly number[]): readonly number[] {
  const begins = (id: number): boolean => /^\s/.test(vocabulary[id]!)
  return ids.slice(ids.findIndex(begins), ids.findLastIndex(begins))
}

const cases: [kind: string, params: object][] = [
  ...tasks.map(({ kind }): [string, object] => [kind, {}]),
  ['pos-tagging', { language: 'zh' }],
  ['dates', { language: 'zh' }],
  ['numbers', { language: 'zh', digits: 6 }],
  ['own-classification', { units: 'characters' }],
  ['own-pairs', { units: 'characters', writtenUnits: 'characters' }],
  ['own-pairs', { minimum: 20 }],
  ['own-tagging', { minimum: 50 }],
  ['words', { words: 40 }],
]

describe.each(cases)('%s %j', (kind, params) => {
  const task = instance(kind, params)
  const { spec } = task

  it.each(spec.source ? (['tokeniser', 'source'] as const) : (['tokeniser'] as const))(
    'restores validation sequences from their texts with its %s',
    (which) => {
      const tokeniser = spec[which]!
      for (const { ids: given, features } of sequencesOf(task, which)) {
        const ids = kind === 'byte-pairs' ? wholeWords(tokeniser, given) : given
        const read = encode(tokeniser, decode(tokeniser, ids, features))
        expect(read.ids).toEqual(ids)
        expect(Float32Array.from(read.features)).toEqual(Float32Array.from(Array.from(features)))
      }
    },
  )

  it('never reads padding, start or end tokens', () => {
    const { signature, tokeniser, source } = spec
    const signs = (each: Tokeniser): number => ('signs' in each ? each.signs : 0)
    if (signature.padded) expect(signs(tokeniser)).toBeGreaterThan(0)
    if (signature.written) expect(signs(tokeniser)).toBeGreaterThan(Math.max(signature.written.begin, signature.written.end))
    if (signature.source?.padded) expect(signs(source!)).toBeGreaterThan(0)
  })
})

const read = (tokeniser: Tokeniser, text: string): string[] =>
  encode(tokeniser, text).ids.map((id) => tokeniser.vocabulary[id]!)

describe('a source of own pairs', () => {
  const rows = Array.from({ length: 20 }, (_, index) => [`say ${index} of it`, `${index} it is`] as const)
  const data = ['question\tanswer', ...rows.map((row) => row.join('\t'))].join('\n')
  const own = (params: object) => instance('own-pairs', params, data)

  it.each(['words', 'characters'])('is tokenised as by the task, in %s', (units) => {
    const task = own({ units })
    const { source } = task.spec
    const [first] = sequencesOf(task, 'source')
    const text = rows
      .map(([question]) => question)
      .find((question) => encode(source!, question).ids.join() === first!.ids.join())
    expect(text).toBeDefined()
  })
  it('keeps spaces if its tokens are characters', () => {
    expect(read(own({ units: 'characters' }).spec.source!, 'of it')).toEqual(Array.from('of it'))
  })
  it('reads unseen words as unknown, and does not match their prefixes', () => {
    expect(read(own({ units: 'words' }).spec.source!, 'say item of itself · ok')).toEqual(['say', '□', 'of', '□', '□', '□'])
    expect(read(own({ units: 'characters' }).spec.source!, 'say zebra').join('')).toBe('say □□□□a')
  })
  it('is answered in words by default', () => {
    expect(own({}).spec.tokeniser.kind).toBe('words')
    expect(own({ writtenUnits: 'characters' }).spec.tokeniser.kind).toBe('characters')
  })
})

describe('a source of a built-in task', () => {
  const source = (kind: string, params = {}) => instance(kind, params).spec.source!
  it('is read by longest match, whatever the spacing', () => {
    expect(read(source('numbers'), 'nineteenninety  eight')).toEqual(['nineteen', 'ninety', 'eight'])
    expect(read(source('numbers', { language: 'zh' }), '三百 零六')).toEqual(['三', '百', '零', '六'])
    expect(read(source('copy'), 'abc')).toEqual(['a', 'b', 'c'])
  })
  it('must not contain unknown text', () => {
    expect(() => read(source('numbers'), 'forty bananas')).toThrow('“bananas” is not in the vocabulary')
  })
  it.each([
    ['dates', {}, '2024-01-31'],
    ['numbers', { language: 'zh' }, '306'],
    ['copy', {}, 'abc'],
  ])('%s %j is answered character by character', (kind, params, text) => {
    expect(read(instance(kind, params).spec.tokeniser, text)).toEqual(Array.from(text))
  })
})

describe('a text for next-token prediction', () => {
  it('is tokenised as by its task', () => {
    const tokens = (kind: string, text: string) => read(instance(kind).spec.tokeniser, text)
    expect(tokens('characters', 'the')).toEqual(['t', 'h', 'e'])
    expect(tokens('words', 'you read the')).toEqual(['you', ' read', ' the'])
    expect(tokens('byte-pairs', ' the').join('|')).toBe(' the')
    expect(tokens('words', ' xylophone the')).toEqual(['□', ' the'])
    expect(() => tokens('characters', 'a字')).toThrow('“字”')
    expect(() => tokens('byte-pairs', 'a字')).toThrow('“字”')
  })
  it.each(['characters', 'byte-pairs'])('reads a rare character as the unknown token: %s', (kind) => {
    const half = String.fromCharCode(0xd83d) // a lone surrogate, not a character
    const { tokeniser } = instance(kind, { length: 2 }, `ab ${half} cd `.repeat(50)).spec
    const { ids, unknown } = encode(tokeniser, 'a字')
    expect([decode(tokeniser, ids), unknown]).toEqual(['a\uFFFD', [1]])
  })
})

describe('text entered for a task', () => {
  it.each([
    ['reverse', 'cab', ['c', 'a', 'b']],
    ['brackets', '([ ])', ['(', '[', ']', ')']],
    ['modular-addition', '12+5=', ['12', '+', '5', '=']],
    ['associative-recall', 'a1 b2 a', ['a', '1', 'b', '2', 'a']],
    ['first-token', 'abba?', ['a', 'b', 'b', 'a', '?']],
    ['sentiment', 'the film was good.', ['the', 'film', 'was', 'good', '.']],
    ['adding', '0.35 +0.2', ['·', '+']],
  ])('%s: %j', (kind, text, tokens) => {
    expect(read(instance(kind).spec.tokeniser, text)).toEqual(tokens)
  })
  it('is segmented into Chinese words without spaces', () => {
    const { tokeniser } = instance('pos-tagging', { language: 'zh' }).spec
    const [{ ids } = { ids: [] }] = sequencesOf(instance('pos-tagging', { language: 'zh' }), 'tokeniser')
    const text = decode(tokeniser, ids)
    expect(text).toContain(' ')
    expect(encode(tokeniser, text.replaceAll(' ', '')).ids).toEqual(ids)
  })
  it('is split at spaces only for tagging, as in CoNLL', () => {
    const words = ['3.5', '小狗', 'U.S.', 'barks', '.']
    const sentences = Array.from({ length: 20 }, (_, index) => [...words, `w${index}`].map((word) => `${word}\tX`))
    sentences[0]!.push('y\tY')
    const { tokeniser } = instance('own-tagging', {}, sentences.map((lines) => lines.join('\n')).join('\n\n')).spec
    expect(read(tokeniser, '3.5 小狗 U.S. barks. elsewhere')).toEqual(['3.5', '小狗', 'U.S.', 'barks', '.', '□'])
  })
})

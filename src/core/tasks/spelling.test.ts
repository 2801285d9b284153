/** A source is read as its task reads it, and what is written can be read by people. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTask } from './index'
import { readBatch } from './read'
import { readSource, textOf, tokensOf } from './spelling'
import { unitNames, type SourceSpec } from './types'

const rows = Array.from({ length: 20 }, (_, index) => [`say ${index} of it`, `${index} it is`] as const)
const data = ['question\tanswer', ...rows.map((row) => row.join('\t'))].join('\n')
const own = (params: Readonly<Record<string, unknown>>) => createTask({ kind: 'own-pairs', params }, data)
const read = (text: string, source: SourceSpec): string[] => readSource(text, source).map((id) => source.vocabulary[id]!)

describe('a source of one’s own pairs', () => {
  it.each(unitNames)('becomes the tokens that the task makes of it, in %s', (units) => {
    const task = own({ units })
    const source = task.spec.source!
    expect(source).toMatchObject({ units, unknown: 1 })
    const size = task.spec.heldOut
    const [first] = readBatch(task.spec, task.evaluationBatch(0, size))
    const ids = Array.from(task.evaluationBatch(0, size).source!.subarray(0, first!.source.length))
    const text = rows.map(([question]) => question).find((question) => readSource(question, source).join() === ids.join())
    expect(text).toBeDefined()
  })
  it('keeps spaces where characters are read', () => {
    expect(read('of it', own({ units: 'characters' }).spec.source!)).toEqual(Array.from('of it'))
  })
  it('reads what the task never saw as its token for that, and no longer words as shorter ones', () => {
    const { source } = own({ units: 'words' }).spec
    expect(read('say item of itself · ok', source!)).toEqual(['say', '□', 'of', '□', '□', '□'])
    expect(read('say zebra', own({ units: 'characters' }).spec.source!).join('')).toBe('say □□□□a')
  })
})

describe('a source of a built-in task', () => {
  const source = (kind: string, params = {}) => createTask({ kind, params }, null).spec.source!
  it('is read by the longest token that fits, however it is spaced', () => {
    expect(read('nineteenninety  eight', source('numbers'))).toEqual(['nineteen', 'ninety', 'eight'])
    expect(read('三百 零六', source('numbers', { language: 'zh' }))).toEqual(['三', '百', '零', '六'])
    expect(read('abc', source('copy'))).toEqual(['a', 'b', 'c'])
  })
  it('holds nothing that the task does not', () => {
    expect(() => read('forty bananas', source('numbers'))).toThrow('never read “bananas”')
  })
})

describe('textOf', () => {
  it.each([
    [['a', 'b'], 'characters', 'ab'],
    [['a', ' ', 'b'], 'characters', 'a b'],
    [['I', 'am', '5'], 'words', 'I am 5'],
    [['I', 'a'], 'words', 'I a'],
    [['今', '天', '，', '好'], 'words', '今天，好'],
    [['用', 'Word', '写'], 'words', '用Word写'],
    [[], 'words', ''],
  ] as const)('puts %j together as %s', (tokens, units, text) => {
    expect(textOf(tokens, units)).toBe(text)
  })
  it('gives a text with the same tokens', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '1', '天', '，', ',', '’', 's', '.', '-'), maxLength: 30 })
    fc.assert(
      fc.property(text, fc.constantFrom(...unitNames), (written, units) => {
        const tokens = tokensOf(written, units)
        expect(tokensOf(textOf(tokens, units), units)).toEqual(tokens)
      }),
    )
  })
})

it.each([
  ['dates', {}, 'words', 'characters'],
  ['numbers', { language: 'zh' }, 'words', 'characters'],
  ['copy', {}, 'characters', 'characters'],
])('%s %j reads %s and writes %s', (kind, params, reads, writes) => {
  const { source, written } = createTask({ kind, params }, null).spec
  expect([source!.units, source!.unknown, written!.units]).toEqual([reads, null, writes])
})

it('own pairs write what they are told to, words if nothing is said', () => {
  expect(own({}).spec.written!.units).toBe('words')
  expect(own({ writtenUnits: 'characters' }).spec.written!.units).toBe('characters')
})

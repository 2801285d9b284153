/** Words and byte pairs. */
import { describe, expect, it } from 'vitest'
import { createTask } from '../index'
import type { TaskInstance } from '../types'
import { builtInText } from './text'
import { lastTenth } from './last-tenth'

const create = (kind: string, data: string | null, params: Record<string, unknown> = {}): TaskInstance =>
  createTask({ kind, params }, data)

function windowsOf(task: TaskInstance, ids: ArrayLike<number>): string[] {
  const { length } = task.spec.signature
  const { vocabulary } = task.spec.tokeniser
  return Array.from({ length: ids.length / length }, (_, row) =>
    Array.from({ length }, (__, at) => vocabulary[ids[row * length + at]!]!).join(''),
  )
}
/** A text in which every window of a few words is unique. */
const numbers = (count: number): string => Array.from({ length: count }, (_, i) => `${i + 1000} and `).join('')

describe.each([
  ['words', { words: 8192 }],
  ['byte-pairs', {}],
  ['byte-pairs', { merges: 0 }],
])('%s %j', (kind, params) => {
  it('has the next tokens of text windows as targets, as readable text', () => {
    const task = create(kind, null, params)
    const { tokens, targets } = task.trainBatch(1, 0, 12)
    const { length } = task.spec.signature
    const { vocabulary } = task.spec.tokeniser
    expect(task.spec.signature).toMatchObject({ causal: true, padded: false })
    windowsOf(task, tokens).forEach((window, row) => {
      const at = builtInText.indexOf(window)
      expect(at).toBeGreaterThanOrEqual(0)
      const next = windowsOf(task, targets)[row]!
      const [first] = windowsOf(task, tokens.slice(row * length))
      const begin = vocabulary[tokens[row * length]!]!.length
      expect(builtInText.startsWith(next, builtInText.indexOf(first!) + begin)).toBe(true)
    })
  })

  it('never trains on the last tenth of the text', () => {
    const text = numbers(600)
    const task = create(kind, text, { ...params, length: 16, ...(kind === 'words' && { words: 1000 }) })
    const boundary = lastTenth(text)
    for (let step = 0; step < 100; step++) {
      for (const window of windowsOf(task, task.trainBatch(1, step, 32).targets)) {
        expect(text.lastIndexOf(window) + window.length).toBeLessThanOrEqual(boundary)
      }
    }
    const [first] = windowsOf(task, task.evaluationBatch(0, 10).tokens)
    const rest = text.slice(boundary).replaceAll(/ \d+/g, (word) => (kind === 'words' ? '□' : word)) // numbers not in the training text
    expect(rest.startsWith(first!)).toBe(true)
  })

  it.each([
    ['', 'The text is empty'],
    ['zzzzzzzzzz', 'repeats a single character'],
    ['one two three', 'too short'],
  ])('refuses %j with a message', (text, sentence) => {
    expect(() => create(kind, text, params)).toThrow(sentence)
  })
})

describe('words', () => {
  it('keeps the most frequent words, and maps the others to one token', () => {
    const { vocabulary } = create('words', null, { words: 50 }).spec.tokeniser
    expect(vocabulary).toHaveLength(50)
    expect(vocabulary[0]).toBe('□')
    const training = builtInText.slice(0, lastTenth(builtInText))
    const rarest = vocabulary
      .slice(1)
      .filter((word) => /^ \w{4,}$/.test(word))
      .at(-1)!
    const others = new Set(training.match(/ [a-z]{4,}(?=[ ,.;\n])/g))
    const count = (word: string): number => training.split(new RegExp(`${word}(?![\\w'])`)).length - 1
    for (const word of others) if (!vocabulary.includes(word)) expect(count(word)).toBeLessThanOrEqual(count(rarest))
  })
  it('treats Chinese characters as words', () => {
    const { vocabulary } = create('words', '我们看注意力。我们学注意力。'.repeat(60), { length: 4 }).spec.tokeniser
    expect(vocabulary.toSorted()).toEqual(['□', ...Array.from('我们看注意力。学')].toSorted())
  })
})

describe('byte-pairs', () => {
  it('stores the pair of every merged token', () => {
    const { tokeniser } = create('byte-pairs', null, { merges: 100 }).spec
    if (tokeniser.kind !== 'byte-pairs') throw new Error(tokeniser.kind)
    const { vocabulary, merges } = tokeniser
    expect(merges).toHaveLength(100)
    merges.forEach(([left, right], index) => {
      expect(vocabulary[vocabulary.length - 100 + index]).toBe(vocabulary[left]! + vocabulary[right]!)
    })
    expect(vocabulary).toContain(' the')
    expect(new Set(vocabulary).size).toBe(vocabulary.length)
  })
  it('shortens a text with every merge', () => {
    const validation = [0, 50, 200, 500].map((merges) => create('byte-pairs', null, { merges, length: 2 }).spec.validation)
    const chosen = [0, 50, 200, 500].map((merges) => create('byte-pairs', null, { merges, length: 64 }).spec.validation)
    expect(validation).toEqual(validation.toSorted((a, b) => b - a))
    expect(chosen).toEqual(chosen.toSorted((a, b) => b - a))
    expect(chosen[3]).toBeLessThan(0.6 * chosen[0]!)
  })
  it('learns its merges from the training part only', () => {
    const text = `${'ab cd '.repeat(300)}${'xy '.repeat(60)}`
    const { vocabulary } = create('byte-pairs', text, { length: 4 }).spec.tokeniser
    expect(vocabulary).toContain('ab')
    expect(vocabulary.filter((token) => token.includes('xy'))).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { createTask } from '../index'
import type { Batch, TaskInstance } from '../types'
import { builtInText } from './text'
import { encodeText, MAXIMUM_VOCABULARY } from './vocabulary'

const create = (data: string | null, length = 64): TaskInstance => createTask({ kind: 'characters', params: { length } }, data)

/** Texts of the rows of a batch. */
function texts(task: TaskInstance, ids: Batch['targets']): string[] {
  const { length } = task.spec.signature
  const { vocabulary } = task.spec.tokeniser
  return Array.from({ length: ids.length / length }, (_, row) =>
    Array.from(ids.subarray(row * length, (row + 1) * length), (id) => vocabulary[id]).join(''),
  )
}
const evaluation = (task: TaskInstance, size: number): Batch[] =>
  Array.from({ length: task.evaluationBatches(size) }, (_, index) => task.evaluationBatch(index, size))

/** A text in which every window is unique. */
const numbers = (count: number): string => Array.from({ length: count }, (_, i) => `${i} `).join('')

describe('characters', () => {
  it('has sorted distinct characters, is not padded, and is causal', () => {
    const { spec } = create('b字a😀'.repeat(200), 8)
    expect(spec.tokeniser.vocabulary).toEqual(['a', 'b', '字', '😀'])
    expect(spec.classes).toEqual(spec.tokeniser.vocabulary)
    expect(spec.signature).toMatchObject({ length: 8, padded: false, causal: true })
    expect(create(null).trainBatch(1, 0, 2).mask).toBeUndefined()
  })

  it('has a built-in text of some twenty thousand ASCII characters', () => {
    expect(builtInText.length).toBeGreaterThan(20_000)
    expect(/^[\n\x20-\x7e]*$/.test(builtInText)).toBe(true)
    const paragraphs = builtInText.split('\n\n').filter((paragraph) => paragraph.length > 20)
    expect(new Set(paragraphs).size).toBe(paragraphs.length)
  })

  it('has the next characters of text windows as targets', () => {
    const task = create(null)
    const { tokens, targets } = task.trainBatch(1, 0, 12)
    texts(task, tokens).forEach((window, row) => {
      const at = builtInText.indexOf(window)
      expect(at).toBeGreaterThanOrEqual(0)
      expect(texts(task, targets)[row]).toBe(builtInText.slice(at + 1, at + 65))
    })
  })

  it('never trains on the last tenth, and trains on all the rest', () => {
    const text = numbers(400)
    const task = create(text, 16)
    const boundary = text.length - Math.ceil(text.length / 10)
    const seen = new Set<number>()
    for (let step = 0; step < 100; step++) {
      const { tokens, targets } = task.trainBatch(1, step, 32)
      const last = texts(task, targets)
      texts(task, tokens).forEach((window, row) => {
        const at = text.indexOf(window + last[row]!.at(-1)!)
        seen.add(at)
        expect(at).toBeGreaterThanOrEqual(0)
        expect(at + 17).toBeLessThanOrEqual(boundary)
      })
    }
    expect(Math.min(...seen)).toBe(0)
    expect(Math.max(...seen)).toBe(boundary - 17)
  })

  it.each([1, 3, 8, 100])('evaluates the whole last tenth in full batches of %d', (size) => {
    const text = numbers(400)
    const task = create(text, 16)
    const validation = text.slice(-Math.ceil(text.length / 10))
    const covered = new Set<number>()
    for (const { tokens, targets } of evaluation(task, size)) {
      expect(tokens.length).toBe(size * 16)
      const next = texts(task, targets)
      texts(task, tokens).forEach((window, row) => {
        const at = validation.indexOf(window)
        expect(at).toBeGreaterThanOrEqual(0)
        expect(next[row]).toBe(validation.slice(at + 1, at + 17))
        for (let i = 0; i < 16; i++) covered.add(at + 1 + i)
      })
    }
    // Full windows without overlap leave less than one window uncovered.
    expect(covered.size).toBeGreaterThan(validation.length - 1 - 16)
    expect(Math.max(...covered)).toBe(validation.length - 1)
  })

  it('evaluates at most 512 windows of a long text', () => {
    const task = create(numbers(200_000))
    expect(task.spec.validation).toBe(512)
    expect(task.evaluationBatches(12)).toBe(43)
  })

  it('is a pure function of seed and step', () => {
    expect(create(null).trainBatch(1, 5, 8)).toEqual(create(null).trainBatch(1, 5, 8))
    expect(create(null).trainBatch(1, 5, 8)).not.toEqual(create(null).trainBatch(1, 6, 8))
    expect(create(null).trainBatch(1, 5, 8)).not.toEqual(create(null).trainBatch(2, 5, 8))
  })

  it('refuses texts without anything to learn, each with a message', () => {
    expect(() => create('')).toThrow('The text is empty')
    expect(() => create('x')).toThrow('it has 1 characters, but sequences of length 64 need at least 641')
    expect(() => create('ab'.repeat(320))).toThrow('need at least 641')
    expect(() => create('z'.repeat(5000))).toThrow('repeats a single character (“z”)')
  })

  it('accepts a text of exactly the minimum length', () => {
    const task = create('ab'.repeat(320) + 'c')
    expect(task.spec.validation).toBe(1)
    expect(texts(task, task.evaluationBatch(0, 1).tokens)).toEqual(['ab'.repeat(32)])
    expect(texts(task, task.evaluationBatch(0, 1).targets)).toEqual([`${'ba'.repeat(31)}bc`])
    expect(task.trainBatch(1, 0, 4).tokens).toHaveLength(256)
  })
})

describe('encodeText', () => {
  it('returns one id per code point', () => {
    expect(encodeText('ab😀a')).toEqual({ vocabulary: ['a', 'b', '😀'], ids: Uint8Array.of(0, 1, 2, 0), notices: [] })
  })

  it('reads half a surrogate pair as the replacement character', () => {
    expect(encodeText('a\ud83d')).toEqual({ vocabulary: ['a', '\uFFFD'], ids: Uint8Array.of(0, 1), notices: [] })
  })

  it('keeps the most frequent characters of a text that has too many, and replaces the rest', () => {
    const common = Array.from({ length: MAXIMUM_VOCABULARY - 1 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('')
    const rare = '😀😁'
    const { vocabulary, ids, notices } = encodeText(rare + common + common)
    expect(vocabulary).toHaveLength(MAXIMUM_VOCABULARY)
    const told = [{ code: 'vocabulary.cut', params: { distinct: 8193, limit: 8192, tokens: 2 } }]
    expect(notices).toEqual(told)
    for (const kind of ['characters', 'byte-pairs']) {
      const task = createTask(
        { kind, params: { length: 8, ...(kind === 'byte-pairs' && { merges: 0 }) } },
        rare + common + common,
      )
      expect(task.spec.notices).toEqual(told)
    }
    expect(vocabulary).toContain('\uFFFD')
    expect(vocabulary).not.toContain('😀')
    expect(vocabulary[ids[0]!]).toBe('\uFFFD')
    expect(vocabulary[ids[1]!]).toBe('\uFFFD')
    expect(vocabulary[ids[2]!]).toBe('一')
  })

  it('keeps every character of a text that has just as many as fit', () => {
    const text = Array.from({ length: MAXIMUM_VOCABULARY }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('')
    expect(encodeText(text).vocabulary.join('')).toBe(text)
  })
})

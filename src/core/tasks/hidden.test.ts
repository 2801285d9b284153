/** Hidden validation data: encoded as the task's own, never part of its training, refused where it does not fit. */
import { describe, expect, it } from 'vitest'
import { createTask } from '.'
import { decode } from '../tokenisers'
import { readBatch } from './read'
import type { TaskInstance } from './types'

const create = (kind: string, data: string | null = null): TaskInstance => createTask({ kind, params: {} }, data)
const validationOf = (task: TaskInstance) => task.evaluationBatch(0, task.spec.validation)

const table = (rows: readonly (readonly [string, string])[]): string =>
  ['text,label', ...rows.map((row) => row.join(','))].join('\n')
const known = table(Array.from({ length: 20 }, (_, i) => [`word${i} is ${i % 2 ? 'good' : 'bad'}`, i % 2 ? 'yes' : 'no']))

describe('of a task that draws its samples', () => {
  it.each(['reverse', 'sort', 'dates', 'sentiment', 'pos-tagging', 'induction'])('%s is drawn by another seed', (kind) => {
    const task = create(kind)
    const hidden = task.withHidden({ seed: 7 })
    expect(hidden.spec.signature).toEqual(task.spec.signature)
    expect(validationOf(hidden)).not.toEqual(validationOf(task))
    expect(validationOf(task.withHidden({ seed: 7 }))).toEqual(validationOf(hidden))
    expect(hidden.trainBatch(1, 3, 8)).toEqual(task.trainBatch(1, 3, 8))
  })

  it('never occurs in training', () => {
    const task = create('reverse')
    const rowsOf = (tokens: Int32Array) => {
      const { length } = task.spec.signature
      return Array.from({ length: tokens.length / length }, (_, row) => tokens.slice(row * length, (row + 1) * length).join())
    }
    const trained = new Set(Array.from({ length: 200 }, (_, step) => rowsOf(task.trainBatch(1, step + 1, 32).tokens)).flat())
    expect(rowsOf(validationOf(task.withHidden({ seed: 3 })).tokens).filter((row) => trained.has(row))).toEqual([])
  })

  it('is given by a seed', () =>
    expect(() => create('reverse').withHidden({ text: 'abc' })).toThrow(
      expect.objectContaining({ code: 'task.hidden-takes-seed' }),
    ))
})

describe('of a task that reads a file', () => {
  it('uses the vocabulary and classes of the training data', () => {
    const task = create('own-classification', known)
    const hidden = task.withHidden({
      text: table([
        ['word3 is new', 'yes'],
        ['word4 is bad', 'no'],
        ['good', 'yes'],
      ]),
    })
    expect(hidden.spec).toMatchObject({ signature: task.spec.signature, classes: ['no', 'yes'], validation: 3 })
    const rows = readBatch(hidden.spec, validationOf(hidden))
    expect(rows.map(({ tokens }) => tokens.join(' '))).toEqual(['word3 is □', 'word4 is bad', 'good'])
    expect([...validationOf(hidden).targets]).toEqual([1, 0, 1])
    expect(hidden.trainBatch(1, 1, 4)).toEqual(task.trainBatch(1, 1, 4))
  })

  it.each([
    ['own-tagging', Array.from({ length: 12 }, (_, i) => `a X\nw${i} Y\n`).join('\n'), 'b Y\na X\n'],
    ['own-labels', null, 'text,labels\na match and a bank,sport\n'],
    ['own-pairs', null, 'source,target\n3 May 2020,2020-05-03\n'],
  ])('%s', (kind, data, text) => {
    const hidden = create(kind, data).withHidden({ text })
    expect(hidden.spec.validation).toBe(1)
  })

  it.each(['characters', 'words', 'byte-pairs'])('%s takes its windows from the hidden text', (kind) => {
    const task = create(kind)
    const text = 'The clock in the hall was slow. '.repeat(60)
    const hidden = task.withHidden({ text })
    const { tokens } = hidden.evaluationBatch(0, 1)
    expect(decode(task.spec.tokeniser, tokens).slice(0, 16)).toBe(text.slice(0, 16))
    expect(hidden.trainBatch(2, 5, 4)).toEqual(task.trainBatch(2, 5, 4))
  })

  it.each([
    [
      'a class the model cannot know',
      'own-classification',
      known,
      { text: table([['word1', 'maybe']]) },
      'hidden.unknown-class',
    ],
    ['no rows', 'own-classification', known, { text: 'text,label\n' }, /table\.|hidden\./],
    ['a seed', 'own-classification', known, { seed: 3 }, 'task.hidden-takes-text'],
    ['a seed for a text', 'characters', null, { seed: 3 }, 'task.hidden-takes-text'],
    ['a text that is too short', 'characters', null, { text: 'short' }, 'text.too-few-tokens'],
  ])('is refused for %s', (_, kind, data, hidden, code) => {
    const matching = typeof code === 'string' ? code : (expect.stringMatching(code) as string)
    expect(() => create(kind, data).withHidden(hidden)).toThrow(expect.objectContaining({ code: matching }))
  })
})

import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import en from '../locales/en/tasks.json'
import zh from '../locales/zh/tasks.json'
import { createTask, taskByKind, tasks } from './index'
import type { TaskDefinition } from './types'

interface Texts {
  readonly name: string
  readonly summary: string
  readonly params: Readonly<Record<string, { readonly label: string; readonly help: string }>>
}

function parameters(task: TaskDefinition): string[] {
  if (!(task.params instanceof z.ZodObject)) throw new Error(`the parameters of ${task.kind} are not an object`)
  return Object.keys(task.params.shape)
}

describe('the catalogue of tasks', () => {
  it('finds each task by its kind', () => {
    expect(tasks.map(({ kind }) => kind)).toEqual(['reverse', 'pos-tagging', 'characters'])
    for (const task of tasks) expect(taskByKind(task.kind)).toBe(task)
  })

  it.each([
    ['en', en],
    ['zh', zh],
  ])('has all texts in %s, and none too many', (_, locale: Readonly<Record<string, Texts>>) => {
    expect(Object.keys(locale)).toEqual(tasks.map(({ kind }) => kind))
    for (const task of tasks) {
      const texts = locale[task.kind]!
      const all = [texts.name, texts.summary, ...Object.values(texts.params).flatMap(({ label, help }) => [label, help])]
      expect(all.every((text) => text.trim() !== '')).toBe(true)
      expect(Object.keys(texts.params)).toEqual(parameters(task))
    }
  })

  it.each(tasks.map((task) => [task.kind]))('gives batches of the described shape and range: %s', (kind) => {
    const task = createTask({ kind, params: {} }, null)
    const { length, vocabulary, classes, padded, heldOut } = task.spec
    expect(heldOut).toBeGreaterThan(0)
    expect(new Set(vocabulary).size).toBe(vocabulary.length)
    expect(new Set(classes).size).toBe(classes.length)
    const last = task.evaluationBatches(7) - 1
    for (const batch of [task.trainBatch(1, 0, 7), task.evaluationBatch(0, 7), task.evaluationBatch(last, 7)]) {
      expect(batch.tokens).toHaveLength(7 * length)
      expect(batch.targets).toHaveLength(7 * length)
      expect(batch.mask?.length).toBe(padded ? 7 * length : undefined)
      expect(batch.tokens.every((id) => id >= 0 && id < vocabulary.length)).toBe(true)
      expect(batch.targets.every((id) => id >= 0 && id < classes.length)).toBe(true)
    }
  })
})

describe('createTask', () => {
  it.each([
    [
      { kind: 'translate', params: {} },
      'There is no task called "translate". This version knows: reverse, pos-tagging, characters.',
    ],
    [{ kind: 'toString', params: {} }, 'There is no task called "toString"'],
    [
      { kind: 'reverse', params: { length: 1 } },
      'The setting "length" of the task "reverse" is too small: it must be at least 2.',
    ],
    [
      { kind: 'reverse', params: { symbols: 65 } },
      'The setting "symbols" of the task "reverse" is too large: it can be 64 at most.',
    ],
    [{ kind: 'reverse', params: { length: 2.5 } }, 'The setting "length" of the task "reverse" must be a whole number.'],
    [{ kind: 'reverse', params: { length: '12' } }, 'The setting "length" of the task "reverse" must be a whole number.'],
    [{ kind: 'reverse', params: { length: NaN } }, 'The setting "length" of the task "reverse" must be a whole number.'],
    [{ kind: 'characters', params: { window: 8 } }, 'The task "characters" has no setting called "window".'],
  ])('refuses %j with a sentence', (ref, sentence) => {
    expect(() => createTask(ref, null)).toThrow(sentence)
  })

  it('refuses a text for a task that reads none', () => {
    expect(() => createTask({ kind: 'reverse', params: {} }, 'some text')).toThrow('cannot read a text')
  })
})

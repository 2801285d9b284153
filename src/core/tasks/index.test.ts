import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fieldsOf } from '../fields'
import en from '../locales/en/tasks.json'
import zh from '../locales/zh/tasks.json'
import { createTask, taskByKind, tasks } from './index'
import { samplesOf } from './testing'
import type { TaskDefinition, TaskInstance } from './types'

interface Texts {
  readonly name: string
  readonly summary: string
  readonly params: Readonly<
    Record<string, { readonly label: string; readonly help: string; readonly choices?: Readonly<Record<string, string>> }>
  >
}

function shapeOf(task: TaskDefinition): z.ZodObject {
  if (!(task.params instanceof z.ZodObject)) throw new Error(`the parameters of ${task.kind} are not an object`)
  return task.params
}

const instance = (kind: string): TaskInstance => createTask({ kind, params: {} }, null)
const names = tasks.map(({ kind }) => kind)

describe('the catalogue of tasks', () => {
  it('finds each task by its kind', () => {
    expect(new Set(names).size).toBe(names.length)
    for (const task of tasks) expect(taskByKind(task.kind)).toBe(task)
  })

  it.each([
    ['en', en],
    ['zh', zh],
  ])('has all texts in %s, and no others', (_, locale: Readonly<Record<string, Texts>>) => {
    expect(Object.keys(locale).toSorted()).toEqual(names.toSorted())
    for (const task of tasks) {
      const { name, summary, params } = locale[task.kind]!
      expect([name, summary].every((text) => text.trim() !== '')).toBe(true)
      const fields = fieldsOf(shapeOf(task))
      expect(Object.keys(params)).toEqual(fields.map((field) => field.name))
      for (const field of fields) {
        const { label, help, choices } = params[field.name]!
        expect(label.trim() !== '' && help.trim() !== '').toBe(true)
        expect(Object.keys(choices ?? {})).toEqual(field.type === 'choice' ? field.choices : [])
      }
    }
  })
})

describe.each(names)('%s', (kind) => {
  const task = instance(kind)
  const { spec } = task
  const { signature, tokeniser, source, classes } = spec
  const { aim, length, written, features, scored } = signature
  const { vocabulary } = tokeniser

  it('has distinct token texts, and classes if its targets are classes', () => {
    expect(spec.validation).toBeGreaterThan(0)
    for (const texts of [vocabulary, classes, source?.vocabulary ?? []]) expect(new Set(texts).size).toBe(texts.length)
    expect(classes.length > 1).toBe(aim !== 'number')
    expect(signature).toMatchObject({ vocabulary: vocabulary.length, classes: classes.length })
    expect(signature.source?.vocabulary).toBe(source?.vocabulary.length)
    if (signature.causal) expect(classes).toEqual(vocabulary)
    if (written) expect(signature).toMatchObject({ causal: true, padded: true, aim: 'tokens' })
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec)
  })

  it.each([1, 7, 64])('returns batches of %d in the specified shape and range', (size) => {
    const evaluation = Array.from({ length: task.evaluationBatches(size) }, (_, index) => task.evaluationBatch(index, size))
    for (const batch of [task.trainBatch(1, 0, size), ...evaluation.slice(0, 2), evaluation.at(-1)!]) {
      const asked = { tokens: length, sequence: 1, labels: classes.length, number: 1 }[aim]
      expect(batch.tokens).toHaveLength(size * length)
      expect(batch.targets).toHaveLength(size * asked)
      expect(batch.targets).toBeInstanceOf(aim === 'labels' || aim === 'number' ? Float32Array : Int32Array)
      expect(batch.mask?.length).toBe(signature.padded ? size * length : undefined)
      expect(batch.source?.length).toBe(signature.source ? size * signature.source.length : undefined)
      expect(batch.sourceMask?.length).toBe(signature.source?.padded ? size * signature.source.length : undefined)
      expect(batch.features?.length).toBe(features > 0 ? size * length * features : undefined)
      expect(batch.scored?.length).toBe(scored ? size * length : undefined)
      const within = (ids: Iterable<number>, count: number): boolean => [...ids].every((id) => id >= 0 && id < count)
      expect(within(batch.tokens, vocabulary.length)).toBe(true)
      if (batch.source) expect(within(batch.source, source!.vocabulary.length)).toBe(true)
      if (aim === 'tokens' || aim === 'sequence') expect(within(batch.targets, classes.length)).toBe(true)
      if (aim === 'labels') expect(within(batch.targets, 2)).toBe(true)
    }
  })

  it('pads at the end only, with token 0 and target 0', () => {
    const batch = task.trainBatch(2, 3, 50)
    const check = (ids: Int32Array, mask: Float32Array | undefined, width: number): void => {
      ids.forEach((id, at) => {
        if (mask && at % width > 0 && mask[at - 1] === 0) expect(mask[at]).toBe(0)
        if (mask?.[at] === 0) expect(id).toBe(0)
        if (mask && at % width === 0) expect(mask[at]).toBe(1)
      })
    }
    check(batch.tokens, batch.mask, length)
    if (batch.source) check(batch.source, batch.sourceMask, signature.source!.length)
    if (batch.mask && aim === 'tokens') check(batch.targets as Int32Array, batch.mask, length)
  })

  it('returns the same batch for the same seed and step, and another for any other', () => {
    expect(task.trainBatch(1, 5, 8)).toEqual(instance(kind).trainBatch(1, 5, 8))
    expect(task.evaluationBatch(0, 8)).toEqual(instance(kind).evaluationBatch(0, 8))
    expect(task.trainBatch(1, 5, 8)).not.toEqual(task.trainBatch(1, 6, 8))
    expect(task.trainBatch(1, 5, 8)).not.toEqual(task.trainBatch(2, 5, 8))
  })

  it('evaluates the same samples in batches of any size, with sequences up to the specified length', () => {
    const all = new Set(samplesOf(spec, task.evaluationBatch(0, spec.validation)))
    for (const size of [1, 33]) {
      const seen = Array.from({ length: Math.min(40, task.evaluationBatches(size)) }, (_, index) =>
        samplesOf(spec, task.evaluationBatch(index, size)),
      ).flat()
      if (taskByKind(kind).data === 'none') expect(seen.filter((sample) => !all.has(sample))).toEqual([])
    }
  })
})

describe.each(tasks.filter(({ data }) => data === 'none').map(({ kind }) => kind))('%s', (kind) => {
  const task = instance(kind)
  it('never trains on a validation sample, in 2,000 batches of three seeds', () => {
    const validation = new Set(samplesOf(task.spec, task.evaluationBatch(0, task.spec.validation)))
    // These tasks have few short sequences, which repeat to balance the lengths.
    const repeats = ['parity', 'numbers'].includes(kind)
    expect(validation.size)[repeats ? 'toBeGreaterThan' : 'toBe'](repeats ? task.spec.validation / 3 : task.spec.validation)
    for (let step = 0; step < 2000; step++) {
      for (const sample of samplesOf(task.spec, task.trainBatch(step % 3, step, 4))) {
        if (validation.has(sample)) expect.fail(`step ${step} trains on ${sample}`)
      }
    }
  })
})

describe('createTask', () => {
  it.each([
    [{ kind: 'translate', params: {} }, 'There is no task “translate”. This version supports: reverse, copy, sort, '],
    [{ kind: 'toString', params: {} }, 'There is no task “toString”'],
    [
      { kind: 'reverse', params: { length: 1 } },
      'The setting “length” of the task “reverse” is too small: it must be at least 2.',
    ],
    [
      { kind: 'reverse', params: { symbols: 65 } },
      'The setting “symbols” of the task “reverse” is too large: it must be at most 64.',
    ],
    [{ kind: 'reverse', params: { length: 2.5 } }, 'The setting “length” of the task “reverse” must be a whole number.'],
    [{ kind: 'reverse', params: { length: '12' } }, 'The setting “length” of the task “reverse” must be a whole number.'],
    [{ kind: 'reverse', params: { length: NaN } }, 'The setting “length” of the task “reverse” must be a whole number.'],
    [{ kind: 'dates', params: { language: 'fr' } }, 'The setting “language” of the task “dates” must be one of: en, zh.'],
    [{ kind: 'parity', params: { length: 4, minLength: 5 } }, 'The minimum length (5) is greater than the maximum length (4).'],
    [
      { kind: 'associative-recall', params: { pairs: 6, symbols: 5 } },
      'There are only 5 different letters, but at least 6 are needed',
    ],
    [{ kind: 'characters', params: { window: 8 } }, 'The task “characters” has no setting “window”.'],
  ])('refuses %j with a message', (ref, sentence) => {
    expect(() => createTask(ref, null)).toThrow(sentence)
  })

  it('refuses data for a task without own data', () => {
    expect(() => createTask({ kind: 'reverse', params: {} }, 'some text')).toThrow('cannot read a file')
  })
})

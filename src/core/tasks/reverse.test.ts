import { describe, expect, it } from 'vitest'
import { createTask } from './index'
import type { Batch, TaskInstance } from './types'

const create = (params: Record<string, unknown> = {}): TaskInstance => createTask({ kind: 'reverse', params }, null)

function rows({ tokens, targets, mask }: Batch, length: number): { tokens: number[]; targets: number[] }[] {
  return Array.from({ length: tokens.length / length }, (_, row) => {
    const size = mask!.subarray(row * length, (row + 1) * length).reduce((sum, x) => sum + x, 0)
    const cut = (ids: Batch['targets']): number[] => [...ids.subarray(row * length, row * length + size)]
    return { tokens: cut(tokens), targets: cut(targets) }
  })
}

function validation(task: TaskInstance, size = 64): string[] {
  const { length } = task.spec.signature
  return Array.from({ length: task.evaluationBatches(size) }, (_, index) => rows(task.evaluationBatch(index, size), length))
    .flat()
    .filter(({ tokens }) => tokens.length > 0)
    .map(({ tokens }) => tokens.join())
}

describe('reverse', () => {
  it('has letters, padding as id 0, and 500 validation sequences', () => {
    const { spec } = create({ symbols: 3 })
    expect(spec.signature).toMatchObject({ length: 12, padded: true, causal: false })
    expect(spec.validation).toBe(500)
    expect(spec.tokeniser.vocabulary).toEqual(['·', 'a', 'b', 'c'])
    expect(spec.classes).toEqual(['a', 'b', 'c'])
  })

  it('has the reversed letters as targets, with lengths from minimum to maximum', () => {
    const task = create({ length: 8, minLength: 2 })
    const { tokeniser, classes } = task.spec
    const sequences = rows(task.trainBatch(1, 0, 400), 8)
    for (const { tokens, targets } of sequences) {
      expect(targets.map((id) => classes[id])).toEqual(tokens.map((id) => tokeniser.vocabulary[id]).toReversed())
    }
    const lengths = new Set(sequences.map(({ tokens }) => tokens.length))
    expect([...lengths].toSorted()).toEqual([2, 3, 4, 5, 6, 7, 8])
  })

  it('pads with token 0, target 0 and mask 0, after the letters', () => {
    const { tokens, targets, mask } = create().trainBatch(1, 0, 200)
    expect(tokens.length).toBe(200 * 12)
    mask!.forEach((real, at) => {
      expect(real === 1).toBe(tokens[at] !== 0)
      if (real === 0) expect(targets[at]).toBe(0)
      if (at % 12 > 0 && real === 1) expect(mask![at - 1]).toBe(1)
    })
  })

  it('returns the same batch for the same seed and step, and another for any other', () => {
    const task = create()
    expect(task.trainBatch(1, 5, 8)).toEqual(create().trainBatch(1, 5, 8))
    expect(task.trainBatch(1, 5, 8)).not.toEqual(task.trainBatch(1, 6, 8))
    expect(task.trainBatch(1, 5, 8)).not.toEqual(task.trainBatch(2, 5, 8))
  })

  it.each([
    { length: 12 },
    { length: 5, minLength: 3, symbols: 3 },
    { length: 2, minLength: 2, symbols: 2 },
    { length: 4, minLength: 1, symbols: 2 },
    { length: 14, minLength: 1, symbols: 2 },
    { length: 128, minLength: 1, symbols: 64 },
  ])('never trains on a validation sequence: %j', (params) => {
    const task = create(params)
    const held = validation(task)
    expect(held.length).toBe(task.spec.validation)
    expect(held.length).toBeGreaterThan(0)
    const trained = new Set<string>()
    for (let step = 0; step < 50; step++) {
      for (const { tokens } of rows(task.trainBatch(step % 3, step, 64), task.spec.signature.length)) trained.add(tokens.join())
    }
    expect(held.filter((sequence) => trained.has(sequence))).toEqual([])
  })

  it('evaluates the whole validation set in any batch size, with the last batch padded', () => {
    const task = create()
    expect(task.evaluationBatches(64)).toBe(8)
    const last = task.evaluationBatch(7, 64)
    expect(rows(last, 12).filter(({ tokens }) => tokens.length > 0)).toHaveLength(500 - 7 * 64)
    expect(validation(task, 64)).toEqual(validation(task, 500))
    expect(validation(task, 1024)).toEqual(validation(task, 1))
  })

  it('refuses a minimum length above the maximum', () => {
    expect(() => create({ length: 4, minLength: 5 })).toThrow('The minimum length (5) is greater than the maximum length (4)')
  })
})

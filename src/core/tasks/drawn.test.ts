/** Training and validation have the same mixture of samples, even if there are few samples of one kind. */
import { describe, expect, it } from 'vitest'
import { createTask } from './index'
import { readBatch } from './read'

/** The share of each length on either side, and the distinct samples. */
function sides(kind: string, params: Readonly<Record<string, unknown>>) {
  const task = createTask({ kind, params }, null)
  const read = (batch: Parameters<typeof readBatch>[1]): string[] =>
    readBatch(task.spec, batch).map(({ tokens, targets, source }) =>
      source.length > 0 ? targets.slice(0, -1).join('') : tokens.join(''),
    )
  const shares = (texts: readonly string[]): Map<number, number> => {
    const lengths = [...new Set(texts.map((text) => text.length))].sort((a, b) => a - b)
    return new Map(lengths.map((length) => [length, texts.filter((text) => text.length === length).length / texts.length]))
  }
  const validation = read(task.evaluationBatch(0, task.spec.validation))
  const training = read(task.trainBatch(1, 0, 6000))
  return { validation, training, validationShares: shares(validation), trainingShares: shares(training) }
}

describe.each([
  ['numbers', { digits: 4 }, [1, 2, 3, 4]],
  ['numbers', { digits: 6 }, [1, 2, 3, 4, 5, 6]],
  ['parity', {}, [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
  ['parity', { minLength: 1, length: 3 }, [1, 2, 3]],
  ['parity', { minLength: 2, length: 16 }, Array.from({ length: 15 }, (_, index) => index + 2)],
  ['sort', { minLength: 1, length: 4, symbols: 3 }, [1, 2, 3, 4]],
  ['reverse', { minLength: 2, length: 5 }, [2, 3, 4, 5]],
] as const)('%s %j', (kind, params, lengths) => {
  const { validation, training, validationShares, trainingShares } = sides(kind, params)
  it('has each length equally often in training and validation, without overlap', () => {
    expect([...validationShares.keys()]).toEqual(lengths)
    expect([...trainingShares.keys()]).toEqual(lengths)
    for (const length of lengths) {
      expect(validationShares.get(length)).toBeCloseTo(1 / lengths.length, 2)
      expect(Math.abs(trainingShares.get(length)! - 1 / lengths.length)).toBeLessThan(0.03)
    }
    const trained = new Set(training)
    expect(validation.filter((text) => trained.has(text))).toEqual([])
  })
  it('mixes the lengths, so that any part of the validation set is representative', () => {
    expect(new Set(validation.slice(0, lengths.length).map((text) => text.length))).toEqual(new Set(lengths))
  })
})

it('does not validate on a short sequence more often than enough distinct ones allow', () => {
  const { validation } = sides('parity', { minLength: 1, length: 3 })
  expect(validation.length).toBeLessThanOrEqual(6)
})

it('always trains on zero, because its word occurs in no other number', () => {
  for (const digits of [2, 4, 6]) expect(sides('numbers', { digits }).validation).not.toContain('0')
})

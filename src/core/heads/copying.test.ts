/** Copying and what importance is, by hand. */
import { describe, expect, it, test } from 'vitest'
import { copying } from './copying'
import { eigenvalues } from './eigenvalues'
import { accuracyDrop, importance } from './importance'
import { identity, matrix, pick, product, transpose } from './matrix'

describe('copying', () => {
  const eye = identity(3)
  it('is 1 if every token raises its own logit, −1 if it lowers it', () => {
    expect(copying(eye, eye, eye, eye)).toBeCloseTo(1, 12)
    expect(copying(eye, eye, identity(3, -2), eye)).toBeCloseTo(-1, 12)
  })
  it('is 0 if every token raises the next one of a cycle: eigenvalues 1, e^(±2πi/3)', () => {
    const cycle = matrix(3, 3, [0, 1, 0, 0, 0, 1, 1, 0, 0])
    expect(copying(eye, cycle, eye, eye)).toBeCloseTo(0, 12)
  })
  it('is the mean of both signs, weighted by size', () => {
    expect(copying(eye, matrix(3, 3, [3, 0, 0, 0, -1, 0, 0, 0, 0]), eye, eye)).toBeCloseTo((3 - 1) / 4, 12)
  })
  it('is not defined if all eigenvalues are 0, or for weights that are not finite', () => {
    expect(copying(eye, identity(3, 0), eye, eye)).toBeNull()
    expect(copying(eye, identity(3, NaN), eye, eye)).toBeNull()
    expect(copying(eye, identity(3, Infinity), eye, eye)).toBeNull()
  })
})

describe('eigenvalues', () => {
  test('of [[0, −1], [1, 0]] are ±i', () => {
    const found = eigenvalues(matrix(2, 2, [0, -1, 1, 0]))!
    expect(found.map(({ re }) => re)).toEqual([0, 0])
    expect(found.map(({ im }) => im).sort()).toEqual([-1, 1])
  })
  test('of a triangular matrix are its diagonal', () => {
    const found = eigenvalues(matrix(3, 3, [1, 5, 7, 0, 2, 9, 0, 0, 3]))!
    expect(found.map(({ re }) => Math.round(re * 1e9) / 1e9).sort()).toEqual([1, 2, 3])
  })
  test('of nothing are none', () => expect(eigenvalues(matrix(0, 0, []))).toEqual([]))
  test('need a square matrix', () => expect(() => eigenvalues(matrix(1, 2, [1, 2]))).toThrow(RangeError))
})

describe('matrices', () => {
  const a = matrix(2, 3, [1, 2, 3, 4, 5, 6])
  it('are multiplied, transposed and cut', () => {
    expect([...product(a, transpose(a)).data]).toEqual([14, 32, 32, 77])
    expect(transpose(a)).toEqual(matrix(3, 2, [1, 4, 2, 5, 3, 6]))
    expect(pick(a, 'rows', [1])).toEqual(matrix(1, 3, [4, 5, 6]))
    expect(pick(a, 'columns', [2, 0])).toEqual(matrix(2, 2, [3, 1, 6, 4]))
  })
  it('of other sizes are refused', () => expect(() => product(a, a)).toThrow(RangeError))
})

describe('importance', () => {
  const whole = { loss: 0.1, metrics: { accuracy: 0.99 } }
  const muted = { loss: 0.6, metrics: { accuracy: 0.74 } }
  it('is the rise of the loss, and the drop of the accuracy', () => {
    expect(importance(whole, muted)).toBeCloseTo(0.5, 12)
    expect(accuracyDrop(whole, muted)).toBeCloseTo(0.25, 12)
  })
  it('is negative for a head that does harm', () => expect(importance(muted, whole)).toBeCloseTo(-0.5, 12))
  it('has no accuracy if the task has none', () => expect(accuracyDrop({ loss: 1, metrics: {} }, muted)).toBeNull())
})

import { expect, test } from 'vitest'
import { entropyOf, logSoftmax, topIndices } from './distribution'

test('log-probabilities follow from the definition', () => {
  // By hand: e⁰ + e¹ + e² = 1 + 2.718282 + 7.389056 = 11.107338, whose logarithm is 2.407606.
  const found = logSoftmax(Float32Array.of(0, 1, 2))
  expect(found[0]).toBeCloseTo(-2.407606, 6)
  expect(found[1]).toBeCloseTo(-1.407606, 6)
  expect(found[2]).toBeCloseTo(-0.407606, 6)
})

test('they do not overflow, and do not change if a constant is added to all logits', () => {
  expect([...logSoftmax([1000, 1000])]).toEqual([Math.log(0.5), Math.log(0.5)])
  expect([...logSoftmax([-5000, 0])]).toEqual([-5000, 0])
  expect([...logSoftmax([NaN, 1])].every(Number.isNaN)).toBe(true)
})

test('the entropy is that of the definition', () => {
  expect(entropyOf(logSoftmax([3, 3, 3, 3]))).toBeCloseTo(Math.log(4), 12)
  expect(entropyOf(logSoftmax([0, -Infinity]))).toBe(0)
  // By hand: −(0.9 ln 0.9 + 0.1 ln 0.1) = 0.0948245 + 0.2302585 = 0.3250830.
  expect(entropyOf([Math.log(0.9), Math.log(0.1)])).toBeCloseTo(0.325083, 6)
})

test('the largest numbers come first, equal ones in their order, and never more than there are', () => {
  expect(topIndices([1, 5, 3, 5, 4], 3)).toEqual([1, 3, 4])
  expect(topIndices([2, 2, 2], 2)).toEqual([0, 1])
  expect(topIndices([1, 2], 10)).toEqual([1, 0])
  expect(topIndices([], 3)).toEqual([])
})

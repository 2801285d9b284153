import { expect, it } from 'vitest'
import { confidenceInterval } from './interval'

it('is the mean ± t · s / √n', () => {
  // 1, 2, 3: s = 1, t = 4.303 for 2 degrees of freedom, 4.303 / √3 = 2.4843
  const { mean, low, high } = confidenceInterval([1, 2, 3])!
  expect(mean).toBe(2)
  expect(low).toBeCloseTo(-0.4843, 4)
  expect(high).toBeCloseTo(4.4843, 4)
  // 2, 4, 4, 5, 10: mean 5, s = 3, t = 2.776 for 4 degrees of freedom, 2.776 · 3 / √5 = 3.7244
  const five = confidenceInterval([2, 4, 4, 5, 10])!
  expect(five.mean).toBe(5)
  expect(five.low).toBeCloseTo(1.2756, 4)
  expect(five.high).toBeCloseTo(8.7244, 4)
})
it('is unknown for one number, and where a number is infinite', () => {
  expect(confidenceInterval([1])).toBeNull()
  expect(confidenceInterval([1, Infinity, 2])).toBeNull()
})

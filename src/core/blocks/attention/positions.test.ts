/** ALiBi's slopes, computed by hand from the rule in the paper's code. */
import { expect, test } from 'vitest'
import { headSlopes } from './positions'

test.each([
  [1, [1 / 256]],
  [2, [1 / 16, 1 / 256]],
  [8, [1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256]],
  // Two heads, then the first of four: 2^-2.
  [3, [1 / 16, 1 / 256, 1 / 4]],
  // Four heads, then the first and third of eight: 2^-1 and 2^-3.
  [6, [1 / 4, 1 / 16, 1 / 64, 1 / 256, 1 / 2, 1 / 8]],
  // Eight heads, then the first, third, fifth and seventh of sixteen: 2^-0.5, 2^-1.5, 2^-2.5, 2^-3.5.
  [
    12,
    [
      1 / 2,
      1 / 4,
      1 / 8,
      1 / 16,
      1 / 32,
      1 / 64,
      1 / 128,
      1 / 256,
      Math.SQRT1_2,
      Math.SQRT1_2 / 2,
      Math.SQRT1_2 / 4,
      Math.SQRT1_2 / 8,
    ],
  ],
])('%d heads', (heads, slopes) => {
  expect(Array.from(headSlopes(heads))).toEqual(slopes.map(Math.fround))
})

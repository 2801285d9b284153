/** Heads are sorted by any score; what has none comes last. */
import { expect, test } from 'vitest'
import type { ScoredHead } from '@core/contract/heads'
import type { HeadAbsence } from '@core/heads/blocks'
import { largestOf, ordered, sortedHeads } from './sorting'

const heads = ([0.5, 'one-head', 0.9, NaN, 0.5, -2] as (number | HeadAbsence)[]).map(
  (copying, head) => ({ block: 'a', head, scores: { copying } }) as unknown as ScoredHead,
)
const order = (by: 'copying' | null, descending: boolean) => sortedHeads(heads, { by, descending }).map(({ head }) => head)

test('by a score: equal ones in the order of the model, absent ones and NaN last in both directions', () => {
  expect(order('copying', true)).toEqual([2, 0, 4, 5, 1, 3])
  expect(order('copying', false)).toEqual([5, 0, 4, 2, 1, 3])
})
test('in the order of the model, and its reverse', () => {
  expect(order(null, false)).toEqual([0, 1, 2, 3, 4, 5])
  expect(order(null, true)).toEqual([5, 4, 3, 2, 1, 0])
})
test('a column begins with its largest values, the names with the first', () => {
  const model = { by: null, descending: false } as const
  const first = ordered('copying', model)
  expect(first).toEqual({ by: 'copying', descending: true })
  expect(ordered('copying', first)).toEqual({ by: 'copying', descending: false })
  expect(ordered(null, first)).toEqual(model)
  expect(ordered(null, model)).toEqual({ by: null, descending: true })
})
test('the largest magnitude ignores what is absent or not finite', () => {
  expect(largestOf(heads, 'copying')).toBe(2)
  expect(largestOf([], 'copying')).toBe(0)
})

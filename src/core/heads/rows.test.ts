/** Scores of attention patterns that can be checked by hand. */
import { describe, expect, it, test } from 'vitest'
import { stream } from '../random/stream'
import { distance } from './distance'
import { diversity } from './diversity'
import { duplicate } from './duplicate'
import { entropy } from './entropy'
import { first } from './first'
import { induction } from './induction'
import { previous } from './previous'
import { repeatedTokens } from './repeated'
import { RowMeans, type Attention, type RowScore } from './rows'
import { self } from './self'

/** One sequence; each head as rows of weights. */
function attention(heads: readonly (readonly (readonly number[])[])[], more: Partial<Attention> = {}): Attention {
  const queries = heads[0]!.length
  const shape = [1, heads.length, queries, heads[0]![0]!.length] as const
  return { weights: heads.flat(2), shape, mask: null, tokens: Array.from({ length: queries }, (_, at) => at), ...more }
}
function mean(score: RowScore, ...batches: readonly Attention[]): (number | null)[] {
  const means = new RowMeans({ score })
  for (const each of batches) means.add(each)
  return means.means('score')
}

/** Three tokens: every query attends to itself; to the one before (the first to itself); to all evenly. */
const onSelf = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
]
const onPrevious = [
  [1, 0, 0],
  [1, 0, 0],
  [0, 1, 0],
]
const even = [1, 1, 1].map(() => [1 / 3, 1 / 3, 1 / 3])
const heads = attention([onSelf, onPrevious, even])

const near = (values: readonly (number | null)[], expected: readonly (number | null)[]) =>
  expect(values.map((value) => value && Math.round(value * 1e9) / 1e9)).toEqual(
    expected.map((value) => value && Math.round(value * 1e9) / 1e9),
  )

describe('by hand', () => {
  test('entropy', () => near(mean(entropy, heads), [0, 0, Math.log(3)]))
  test('distance', () => near(mean(distance, heads), [0, 2 / 3, (1 + 2 / 3 + 1) / 3]))
  test('weight on self', () => near(mean(self, heads), [1, 1 / 3, 1 / 3]))
  test('weight on the first token', () => near(mean(first, heads), [1 / 3, 2 / 3, 1 / 3]))
  test('weight on the previous token: the first query does not count', () => near(mean(previous, heads), [0, 1, 1 / 3]))
  test('diversity: heads without a common key differ by ln 2, equal ones by 0', () => {
    near(mean(diversity, attention([onSelf, onSelf])), [0, 0])
    const apart = attention([[[1, 0]], [[0, 1]]], { tokens: [0] })
    near(mean(diversity, apart), [Math.log(2), Math.log(2)])
    near(mean(diversity, attention([[[1, 0]], [[1, 0]], [[0, 1]]], { tokens: [0] })), [
      Math.log(2) / 2,
      Math.log(2) / 2,
      Math.log(2),
    ])
  })
  test('induction and duplicate: A B A B, where query A attends to B after the first A, and query B to the first B', () => {
    const rows = [
      [1, 0, 0, 0],
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0.5, 0.25, 0.25],
    ]
    const repeated = attention([rows], { tokens: [0, 1, 0, 1] })
    near(mean(induction, repeated), [(1 + 0.25) / 2])
    near(mean(duplicate, repeated), [(0 + 0.5) / 2])
  })
  test('several earlier occurrences add up; a token that follows itself is its own successor', () => {
    const rows = [
      [1, 0, 0],
      [0.4, 0.6, 0],
      [0.2, 0.3, 0.5],
    ]
    const same = attention([rows], { tokens: [7, 7, 7] })
    near(mean(induction, same), [(0.6 + 0.3 + 0.5) / 2])
    near(mean(duplicate, same), [(0.4 + 0.2 + 0.3) / 2])
  })
})

describe('what counts', () => {
  test('padding does not, whatever its rows contain', () => {
    const mask = [1, 1, 0]
    const rows = [
      [1, 0, 0],
      [0.5, 0.5, 0],
      [NaN, NaN, NaN],
    ]
    near(mean(self, attention([rows], { mask })), [0.75])
    near(mean(entropy, attention([rows], { mask })), [Math.log(2) / 2])
  })
  test('only the given number of sequences', () => {
    const both: Attention = { weights: [1, 0, 1, 0, 0, 1, 0, 1], shape: [2, 1, 2, 2], mask: null, tokens: [0, 1, 0, 1] }
    near(mean(first, both), [0.5])
    near(mean(first, { ...both, sequences: 1 }), [1])
  })
  test('a query that attends to nothing does not', () => {
    near(
      mean(
        first,
        attention([
          [
            [0, 0],
            [1, 0],
          ],
        ]),
      ),
      [1],
    )
    expect(
      mean(
        entropy,
        attention([
          [
            [0, 0],
            [0, 0],
          ],
        ]),
      ),
    ).toEqual([null])
  })
  test('weights that do not sum to 1 count by their share', () =>
    near(mean(first, attention([[[3, 1]]], { tokens: [0] })), [0.75]))
  test('batches count by their queries', () => {
    near(
      mean(
        first,
        attention([[[1]]]),
        attention([
          [
            [0, 1],
            [0, 1],
          ],
        ]),
      ),
      [1 / 3],
    )
  })
  test('a sequence of one token has no previous token and no repetition', () => {
    const one = attention([[[1]], [[1]]])
    for (const score of [entropy, distance, diversity]) near(mean(score, one), [0, 0])
    for (const score of [self, first]) near(mean(score, one), [1, 1])
    for (const score of [previous, induction, duplicate]) expect(mean(score, one)).toEqual([null, null])
  })
  test('a single head has no diversity', () => expect(mean(diversity, attention([onSelf]))).toEqual([null]))
  test('NaN weights give NaN for their head and the diversity of all, and leave the others alone', () => {
    const broken = attention([onSelf, onSelf.map((row) => row.map(() => NaN))])
    for (const score of [entropy, distance, self, first, previous]) {
      const [whole, other] = mean(score, broken)
      expect(whole).not.toBeNaN()
      expect(other).toBeNaN()
    }
    expect(mean(diversity, broken)).toEqual([NaN, NaN])
  })
  test('nothing added gives nothing', () => expect(new RowMeans({ entropy }).means('entropy')).toEqual([]))
})

describe('repeated random tokens', () => {
  const random = stream(1, 'test')
  it('repeat after half of the length, each once before', () => {
    const tokens = repeatedTokens(random, [3, 4, 5, 6, 7, 8, 9], 11)
    expect(tokens).toHaveLength(11)
    expect(tokens.slice(5, 10)).toEqual(tokens.slice(0, 5))
    expect(tokens[10]).toBe(tokens[0])
    expect(new Set(tokens.slice(0, 5)).size).toBe(5)
    expect(tokens.every((id) => id >= 3 && id <= 9)).toBe(true)
  })
  it('repeat ids already before, if there are too few', () => {
    const tokens = repeatedTokens(random, [1, 2], 10)
    expect(tokens.slice(5)).toEqual(tokens.slice(0, 5))
    expect(tokens.every((id) => id === 1 || id === 2)).toBe(true)
  })
})

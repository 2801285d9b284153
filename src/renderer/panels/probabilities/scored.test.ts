import type { Seen } from '@core/contract/look'
import { specOf, type TaskSpec } from '@core/tasks/types'
import { describe, expect, it } from 'vitest'
import type { Matrix } from '../../charts/matrix'
import { scoreTokens, textScore } from './scored'

const vocabulary = ['a', 'b', 'c']
const tokeniser = { kind: 'characters', vocabulary, unknown: null, signs: 0 } as const
const specWith = (more: Partial<Parameters<typeof specOf>[0]> = {}): TaskSpec => ({
  ...specOf({ length: 3, padded: false, causal: true, tokeniser, classes: vocabulary, ...more }),
  validation: 1,
})
const seenWith = (more: Partial<Seen>): Seen => ({
  ...{ tokens: Int32Array.of(0, 1, 2), unknown: [], source: null, unknownInSource: [], features: null, targets: null },
  ...{ predictions: Int32Array.of(1, 1, 0), probabilities: null, scored: null, ...more },
})
/** exp of each logit is its share of the row's sum, 10: probabilities by hand. */
const logits: Matrix = {
  ...{ rows: 3, columns: 3, rowAxis: 'token', columnAxis: 'class' },
  data: Float32Array.from([1, 6, 3, 2, 7, 1, 5, 4, 1], Math.log),
}
const shown = (found: readonly { text: string; position: number | null; logProbability: number | null }[]) =>
  found.map(({ text, position, logProbability }) => [
    text,
    position,
    logProbability === null ? null : Math.round(Math.exp(logProbability) * 1000) / 1000,
  ])

describe('the log-probability of each token', () => {
  it('of a typed text is that of its next token; the first has none, and what follows the last is open', () => {
    expect(shown(scoreTokens(specWith(), seenWith({}), logits))).toEqual([
      ['a', null, null],
      ['b', 0, 0.6],
      ['c', 1, 0.1],
      ['', 2, null],
    ])
  })

  it('of a sample includes the token after the last', () => {
    const seen = seenWith({ targets: Int32Array.of(1, 2, 1) })
    expect(shown(scoreTokens(specWith(), seen, logits)).at(-1)).toEqual(['b', 2, 0.4])
  })

  it('is left out where the task does not score', () => {
    const seen = seenWith({ targets: Int32Array.of(1, 2, 1), scored: Float32Array.of(0, 0, 1) })
    expect(shown(scoreTokens(specWith({ scored: true }), seen, logits)).map(([, , probability]) => probability)).toEqual([
      null,
      null,
      null,
      0.4,
    ])
  })

  it('with a class per token is that of the truth there, and unknown for typed texts', () => {
    const spec = specWith({ causal: false })
    const seen = seenWith({ targets: Int32Array.of(2, 2, 0) })
    expect(shown(scoreTokens(spec, seen, logits))).toEqual([
      ['a', 0, 0.3],
      ['b', 1, 0.1],
      ['c', 2, 0.5],
    ])
    expect(textScore(scoreTokens(spec, seenWith({}), logits))).toBeNull()
  })

  it('with a class per sequence is that of the one answer', () => {
    const one = { ...logits, rows: 1, data: logits.data.subarray(0, 3) }
    const seen = seenWith({ targets: Int32Array.of(1), predictions: Int32Array.of(1) })
    expect(shown(scoreTokens(specWith({ causal: false, aim: 'sequence' }), seen, one))).toEqual([['b', 0, 0.6]])
  })

  it('marks unknown tokens', () => {
    expect(scoreTokens(specWith(), seenWith({ unknown: [1] }), logits).map(({ unknown }) => unknown)).toEqual([
      ...[false, true, false, false],
    ])
  })
})

it('the loss of a text is the mean of −log p, and its perplexity the exponential of that', () => {
  // By hand: −(ln 0.6 + ln 0.1) / 2 = (0.5108256 + 2.3025851) / 2 = 1.4067054, and 1 / √0.06 = 4.0824829.
  const score = textScore(scoreTokens(specWith(), seenWith({}), logits))!
  expect(score.count).toBe(2)
  expect(score.loss).toBeCloseTo(1.4067054, 6)
  expect(score.perplexity).toBeCloseTo(4.0824829, 5)
})

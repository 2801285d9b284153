import { describe, expect, it } from 'vitest'
import type { Seen } from '@core/contract/look'
import { createTask } from '@core/tasks'
import { specOf, type SpecParts, type TaskSpec } from '@core/tasks/types'
import { readSeen } from './predictions'

const specWith = (parts: Pick<SpecParts, 'aim' | 'scored' | 'features' | 'causal'>, classes = ['x', 'y', 'z']): TaskSpec => ({
  ...specOf({
    ...parts,
    length: 4,
    padded: true,
    tokeniser: { kind: 'words', vocabulary, signs: 1, unknown: 1, spaces: 'kept' },
    classes,
  }),
  validation: 1,
})
const vocabulary = ['·', 'a', 'b', ' c']
const spec = specWith({})
const seen = (parts: Partial<Seen>): Seen => ({
  tokens: Int32Array.of(1, 2, 3),
  unknown: [],
  source: null,
  unknownInSource: [],
  features: null,
  targets: Int32Array.of(0, 1, 2),
  predictions: Int32Array.of(0, 2, 2),
  probabilities: null,
  scored: null,
  ...parts,
})

describe('readSeen', () => {
  it('shows the prediction and the truth for each token', () => {
    const { tokens, right, count } = readSeen(spec, seen({ probabilities: Float32Array.of(0.5, 0.25, 0.75) }))
    expect(tokens.map(({ token, answer }) => [token, answer])).toEqual([
      ['a', { verdict: 'right', predicted: 'x', truth: 'x', probability: 0.5 }],
      ['b', { verdict: 'wrong', predicted: 'z', truth: 'y', probability: 0.25 }],
      ['␣c', { verdict: 'right', predicted: 'z', truth: 'z', probability: 0.75 }],
    ])
    expect([right, count]).toEqual([2, 3])
  })

  it('gives no verdict without targets, e.g. for custom input, and marks unknown tokens', () => {
    const { tokens, right, count } = readSeen(spec, seen({ targets: null, unknown: [1] }))
    expect(tokens.map(({ unknown, answer }) => [unknown, answer?.verdict, answer?.predicted, answer?.truth])).toEqual([
      [false, 'open', 'x', ''],
      [true, 'open', 'z', ''],
      [false, 'open', 'z', ''],
    ])
    expect([right, count]).toEqual([0, 0])
  })

  it('shows predictions of running text at the position they predict, and the next token at the end', () => {
    const text = specWith({ causal: true }, vocabulary)
    const { tokens, right, count } = readSeen(
      text,
      seen({ targets: Int32Array.of(2, 3, 1), predictions: Int32Array.of(2, 2, 1) }),
    )
    expect(tokens.map(({ token, answer }) => [token, answer?.predicted, answer?.verdict])).toEqual([
      ['a', undefined, undefined],
      ['b', 'b', 'right'],
      ['␣c', 'b', 'wrong'],
      ['', 'a', 'right'],
    ])
    expect([right, count]).toEqual([2, 3])
  })

  it('gives verdicts for scored positions only', () => {
    const { tokens, right, count } = readSeen(specWith({ scored: true }), seen({ scored: Float32Array.of(0, 0, 1) }))
    expect(tokens.map(({ answer }) => answer?.verdict ?? null)).toEqual([null, null, 'right'])
    expect([right, count]).toEqual([1, 1])
  })

  it('names the class of a whole sequence', () => {
    const of = (predicted: number) =>
      readSeen(specWith({ aim: 'sequence' }), seen({ targets: Int32Array.of(1), predictions: Int32Array.of(predicted) }))
    expect(of(1)).toMatchObject({ answers: [{ verdict: 'right', predicted: 'y' }], right: 1, count: 1 })
    expect(of(2)).toMatchObject({ answers: [{ verdict: 'wrong', predicted: 'z', truth: 'y' }], right: 0, count: 1 })
    expect(of(1).tokens.every(({ answer, note }) => answer === null && note === '')).toBe(true)
  })

  it('distinguishes correct, extra and missing labels', () => {
    const predictions = Float32Array.of(1, 1, 0)
    const labels = (targets: Float32Array | null) => {
      const { answers, right, count } = readSeen(specWith({ aim: 'labels' }), seen({ targets, predictions }))
      return [answers.map(({ verdict, predicted }) => [predicted, verdict]), right, count]
    }
    expect(labels(Float32Array.of(1, 0, 1))).toEqual([
      [
        ['x', 'right'],
        ['y', 'extra'],
        ['z', 'missing'],
      ],
      1,
      3,
    ])
    expect(labels(null)).toEqual([
      [
        ['x', 'open'],
        ['y', 'open'],
      ],
      0,
      0,
    ])
  })

  it('shows a predicted number with the true one, and the numbers of the tokens', () => {
    const sample = seen({
      targets: Float32Array.of(1.25),
      predictions: Float32Array.of(1.2),
      features: Float32Array.of(0.5, 1, 0.25, 0, 0.75, 1),
    })
    const numbers = specWith({ aim: 'number', features: 2 }, [])
    const { tokens, answers } = readSeen(numbers, sample)
    expect(tokens.map(({ note }) => note)).toEqual(['0.50', '0.25', '0.75'])
    expect(answers).toEqual([{ verdict: 'number', predicted: '1.20', truth: '1.25', probability: null }])
    expect(readSeen(numbers, { ...sample, targets: null }).answers).toMatchObject([{ verdict: 'open', predicted: '1.20' }])
  })

  it('shows the source and the generated sequence', () => {
    const { spec: dates } = createTask({ kind: 'copy', params: { symbols: 2 } }, null)
    const sample = seen({
      source: Int32Array.of(1, 2),
      unknownInSource: [1],
      tokens: Int32Array.of(1, 3, 4),
      targets: Int32Array.of(3, 4, 2),
      predictions: Int32Array.of(3, 3, 2),
    })
    const { source, tokens } = readSeen(dates, sample)
    expect(source.map(({ token, unknown }) => [token, unknown])).toEqual([
      ['a', false],
      ['b', true],
    ])
    expect(tokens.map(({ token, answer }) => [token, answer?.predicted, answer?.verdict])).toEqual([
      ['', 'a', 'right'],
      ['', 'a', 'wrong'],
      ['', '»', 'right'],
    ])
  })
})

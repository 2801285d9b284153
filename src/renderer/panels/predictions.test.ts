import { describe, expect, it } from 'vitest'
import type { Prediction } from '@core/contract/lab'
import { createTask } from '@core/tasks'
import { specOf, type SpecParts, type TaskSpec } from '@core/tasks/types'
import { readPrediction } from './predictions'

const specWith = (parts: Pick<SpecParts, 'aim' | 'scored' | 'features'>, classes = ['x', 'y', 'z']): TaskSpec => ({
  ...specOf({
    ...parts,
    length: 4,
    padded: true,
    tokeniser: { kind: 'words', vocabulary: ['·', 'a', 'b', ' c'], signs: 1, unknown: 1, spaces: 'kept' },
    classes,
  }),
  heldOut: 1,
})
const spec = specWith({})
const prediction = (parts: Partial<Prediction>): Prediction => ({
  tokens: Int32Array.of(1, 2, 3),
  source: null,
  features: null,
  targets: Int32Array.of(0, 1, 2),
  predictions: Int32Array.of(0, 2, 2),
  scored: null,
  ...parts,
})

describe('readPrediction', () => {
  it('puts the prediction below each token', () => {
    const { tokens, right, count } = readPrediction(spec, prediction({}))
    expect(tokens.map(({ token, note, answer }) => [token, note, answer?.verdict, answer?.truth])).toEqual([
      ['a', 'x', 'right', 'x'],
      ['b', 'z', 'wrong', 'y'],
      ['␣c', 'z', 'right', 'z'],
    ])
    expect([right, count]).toEqual([2, 3])
  })

  it('judges only what was asked', () => {
    const { tokens, right, count } = readPrediction(
      specWith({ scored: true }),
      prediction({ scored: Float32Array.of(0, 0, 1) }),
    )
    expect(tokens.map(({ answer }) => answer?.verdict ?? null)).toEqual([null, null, 'right'])
    expect([right, count]).toEqual([1, 1])
  })

  it('names the class of a whole sequence', () => {
    const of = (predicted: number) =>
      readPrediction(
        specWith({ aim: 'sequence' }),
        prediction({ targets: Int32Array.of(1), predictions: Int32Array.of(predicted) }),
      )
    expect(of(1)).toMatchObject({ answers: [{ verdict: 'right', predicted: 'y' }], right: 1, count: 1 })
    expect(of(2)).toMatchObject({ answers: [{ verdict: 'wrong', predicted: 'z', truth: 'y' }], right: 0, count: 1 })
    expect(of(1).tokens.every(({ answer, note }) => answer === null && note === '')).toBe(true)
  })

  it('tells labels that were found, wrongly found, and not found', () => {
    const sample = prediction({ targets: Float32Array.of(1, 0, 1), predictions: Float32Array.of(1, 1, 0) })
    const { answers, right, count } = readPrediction(specWith({ aim: 'labels' }), sample)
    expect(answers.map(({ verdict, predicted }) => [predicted, verdict])).toEqual([
      ['x', 'right'],
      ['y', 'extra'],
      ['z', 'missing'],
    ])
    expect([right, count]).toEqual([1, 3])
  })

  it('shows a number beside the true one, and the numbers that came with the tokens', () => {
    const sample = prediction({
      targets: Float32Array.of(1.25),
      predictions: Float32Array.of(1.2),
      features: Float32Array.of(0.5, 1, 0.25, 0, 0.75, 1),
    })
    const { tokens, answers } = readPrediction(specWith({ aim: 'number', features: 2 }, []), sample)
    expect(tokens.map(({ note }) => note)).toEqual(['0.50', '0.25', '0.75'])
    expect(answers).toEqual([{ verdict: 'number', predicted: '1.20', truth: '1.25' }])
  })

  it('shows what is read, and what is written for it', () => {
    const { spec: dates } = createTask({ kind: 'copy', params: { symbols: 2 } }, null)
    const sample = prediction({
      source: Int32Array.of(1, 2),
      tokens: Int32Array.of(1, 3, 4),
      targets: Int32Array.of(3, 4, 2),
      predictions: Int32Array.of(3, 3, 2),
    })
    const { source, tokens } = readPrediction(dates, sample)
    expect(source).toEqual(['a', 'b'])
    expect(tokens.map(({ token, answer }) => [token, answer?.verdict])).toEqual([
      ['a', 'right'],
      ['a', 'wrong'],
      ['»', 'right'],
    ])
  })
})

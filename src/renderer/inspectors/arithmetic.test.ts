import { describe, expect, it } from 'vitest'
import type { Matrix } from '../charts/matrix'
import { attentionCell, contributions, normSteps, ruleOf, type AttentionRule } from './arithmetic'

const matrix = (rows: readonly (readonly number[])[]): Matrix => ({
  rows: rows.length,
  columns: rows[0]?.length ?? 0,
  data: Float32Array.from(rows.flat()),
  rowAxis: 'token',
  columnAxis: 'feature',
})

// Reference values: PyTorch 2, torch.softmax(q @ k.T / sqrt(4), -1) and the same with masked_fill.
const queries = matrix([
  [0.8, 0.2, 0.1, -0.6],
  [0, -1.4, 0.3, 1],
  [-1.4, 1, 0.5, 1.2],
])
const keys = matrix([
  [-0.9, 0.3, 0.4, -0.1],
  [0.9, 0.8, 0.5, -0.2],
  [-0.7, -1.1, 0.7, 0.2],
])
const weights = [
  [0.24328459, 0.54415381, 0.21256161],
  [0.20331015, 0.13834251, 0.65834737],
  [0.52388996, 0.18424782, 0.29186216],
]
const causalWeights = [
  [1, 0, 0],
  [0.59507847, 0.40492153, 0],
  [0.52388996, 0.18424782, 0.29186216],
]

const [usual, causal, unscaled] = [{}, { mask: 'causal' }, { scale: 'none' }].map((params) => ruleOf(params)!) as [
  AttentionRule,
  AttentionRule,
  AttentionRule,
]

describe('attentionCell', () => {
  it('gives the weights of scaled dot-product attention', () => {
    weights.forEach((row, query) =>
      row.forEach((weight, key) => {
        const cell = attentionCell(queries, keys, { query, key }, usual)
        expect(Math.abs(cell.weight - weight)).toBeLessThan(1e-5)
      }),
    )
  })

  it('gives exactly 0 to future keys under a causal mask', () => {
    causalWeights.forEach((row, query) =>
      row.forEach((weight, key) => {
        const cell = attentionCell(queries, keys, { query, key }, causal)
        expect(cell.allowed).toBe(key <= query)
        expect(Math.abs(cell.weight - weight)).toBeLessThan(1e-5)
      }),
    )
    expect(attentionCell(queries, keys, { query: 0, key: 2 }, causal).weight).toBe(0)
  })

  it('lists products that sum to q·k, and scales by 1/√d_k only if set', () => {
    const cell = attentionCell(queries, keys, { query: 1, key: 2 }, usual)
    expect(cell.terms.map(({ product }) => product).reduce((a, b) => a + b)).toBeCloseTo(cell.product, 6)
    expect(cell.factor).toBe(1 / 2)
    expect(cell.score).toBeCloseTo(0.975, 6) // (0 + 1.54 + 0.21 + 0.2) / 2
    const plain = attentionCell(queries, keys, { query: 1, key: 2 }, unscaled)
    expect(plain.factor).toBe(1)
    expect(Math.abs(plain.weight - 0.87755758)).toBeLessThan(1e-5)
  })

  it('does not overflow for large scores', () => {
    const huge = matrix([
      [1000, 0],
      [999, 0],
    ])
    const cell = attentionCell(huge, huge, { query: 0, key: 0 }, unscaled)
    expect(cell.shift).toBe(1e6)
    expect(cell.weight).toBe(1)
  })
})

describe('ruleOf', () => {
  it.each([[{ score: 'cosine' }], [{ normaliser: 'relu' }], [{ positions: 'alibi' }]])(
    'returns null for %j, which is no plain softmax of products',
    (params) => expect(ruleOf(params)).toBeNull(),
  )

  it('supports every scale and mask', () => {
    const rule = ruleOf({ scale: 'number', factor: 3, mask: 'causal-window', window: 1 })!
    expect(rule.factor(16)).toBe(3)
    expect([0, 1, 2, 3].map((key) => rule.allowed(2, key))).toEqual([false, true, true, false])
    expect(ruleOf({ scale: 'width' })!.factor(16)).toBe(1 / 16)
  })

  it('gives 0 if a query has no visible key', () => {
    const alone = matrix([[1, 2]])
    expect(attentionCell(alone, alone, { query: 0, key: 0 }, ruleOf({ mask: 'without-diagonal' })!).weight).toBe(0)
  })
})

describe('the steps of layer normalisation', () => {
  it('divide the variance by n and match PyTorch', () => {
    const steps = normSteps(
      Float32Array.of(1, 2, 4, -3.5),
      Float32Array.of(1, 0.5, 2, 1),
      Float32Array.of(0, 1, -1, 0.25),
      1e-5,
    )
    expect(steps.mean).toBe(0.875)
    expect(steps.variance).toBe(7.546875)
    const reference = [0.04550153, 1.20475698, 1.27507734, -1.34255409] // torch.nn.functional.layer_norm
    reference.forEach((value, i) => expect(Math.abs(steps.outputs[i]! - value)).toBeLessThan(1e-6))
  })

  it('give 0, not NaN, for constant features', () => {
    const steps = normSteps(Float32Array.of(5, 5), Float32Array.of(1, 1), Float32Array.of(0, 0), 1e-5)
    expect(steps.normalised).toEqual([0, 0])
  })
})

it('gives the length of each term of a weighted sum', () => {
  const values: Matrix = { rows: 3, columns: 2, data: Float32Array.of(3, 4, 0, 2, 1, 0), rowAxis: 'key', columnAxis: 'feature' }
  expect(contributions(Float32Array.of(0.5, 0.25, 0), values)).toEqual([2.5, 0.5, 0])
  expect(contributions(Float32Array.of(-1, 0.25), values)).toEqual([5, 0.5]) // weights of ReLU or linear attention
})

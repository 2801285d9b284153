/** Attention and layer normalisation step by step, for comparison with the live model's values. */
import { masks } from '@core/blocks/attention/masks'
import { scales } from '@core/blocks/attention/scores'
import type { Matrix } from '../charts/matrix'
import { rowOf } from '../charts/matrix'

export interface AttentionCell {
  /** Products q·k per feature. */
  readonly terms: readonly { readonly query: number; readonly key: number; readonly product: number }[]
  readonly product: number
  /** Scale factor of the products, e.g. 1/√d_k. */
  readonly factor: number
  readonly score: number
  /** Whether the query can see this key; if not, its exponential counts as 0. */
  readonly allowed: boolean
  /** Subtracted from all scores of the row before exponentiating, to avoid overflow; 0 for small scores. Cancels out. */
  readonly shift: number
  readonly exponential: number
  /** Sum of the exponentials of all visible keys. */
  readonly sum: number
  readonly weight: number
}

/** Scale and mask of an attention block. */
export interface AttentionRule {
  /** Scale factor as a function of d_k. */
  readonly factor: (width: number) => number
  readonly allowed: (query: number, key: number) => boolean
}

/** Null if scores are not plain products, or weights not their softmax. Missing parameters have their defaults. */
export function ruleOf(params: Readonly<Record<string, unknown>>): AttentionRule | null {
  const { score = 'dot', normaliser = 'softmax', positions = 'none' } = params
  const { scale = 'root', factor = 1, mask = 'none', window = 4 } = params
  if (score !== 'dot' || normaliser !== 'softmax' || positions === 'alibi') return null
  const named = <T extends object>(table: T, name: unknown) => table[name as keyof T]
  return {
    factor: (width) => named(scales, scale)(width, Number(factor)),
    allowed: (query, key) => named(masks, mask)(query, key, Number(window)),
  }
}

/** The probes needed to compute one cell, or to show it if it cannot be computed. */
export const probesOf = (params: Readonly<Record<string, unknown>>): string[] =>
  ruleOf(params) ? ['queries', 'keys'] : ['scores']

/** Up to this magnitude, scores are exponentiated without a shift. */
const LARGE_SCORE = 20

/**
 * One cell of softmax(q·kᵀ·factor) (Vaswani et al. 2017, equation 1). Queries and keys are (token, feature) without padding, which has
 * weight 0 anyway.
 */
export function attentionCell(
  queries: Matrix,
  keys: Matrix,
  { query, key }: { readonly query: number; readonly key: number },
  { factor: factorOf, allowed }: AttentionRule,
): AttentionCell {
  const q = rowOf(queries, query)
  const factor = factorOf(queries.columns)
  const scores = Array.from(
    { length: keys.rows },
    (_, other) => rowOf(keys, other).reduce((sum, k, i) => sum + k * q[i]!, 0) * factor,
  )
  const seen = scores.filter((_, other) => allowed(query, other))
  const largest = seen.reduce((a, b) => Math.max(a, b), -Infinity)
  const shift = seen.every((score) => Math.abs(score) <= LARGE_SCORE) ? 0 : largest
  const exponentialOf = (other: number) => (allowed(query, other) ? Math.exp(scores[other]! - shift) : 0)
  const sum = scores.reduce((total, _, other) => total + exponentialOf(other), 0)
  const exponential = exponentialOf(key)
  const terms = Array.from(rowOf(keys, key), (k, i) => ({ query: q[i]!, key: k, product: q[i]! * k }))
  const score = scores[key]!
  return {
    terms,
    product: terms.reduce((total, term) => total + term.product, 0),
    factor,
    score,
    allowed: allowed(query, key),
    shift,
    exponential,
    sum,
    weight: sum === 0 ? 0 : exponential / sum,
  }
}

export interface NormSteps {
  readonly mean: number
  /** x − μ */
  readonly centred: readonly number[]
  readonly squares: readonly number[]
  /** Σ(x − μ)² / n: divides by n, not n − 1. */
  readonly variance: number
  /** √(σ² + ε) */
  readonly divisor: number
  readonly normalised: readonly number[]
  /** γ·x̂ + β */
  readonly outputs: readonly number[]
}

/** Layer normalisation of one token's features (Ba et al. 2016). All arrays have the length of `x`. */
export function normSteps(x: Float32Array, gain: Float32Array, bias: Float32Array, epsilon: number): NormSteps {
  const n = x.length
  const mean = x.reduce((sum, value) => sum + value, 0) / n
  const centred = Array.from(x, (value) => value - mean)
  const squares = centred.map((value) => value * value)
  const variance = squares.reduce((sum, value) => sum + value, 0) / n
  const divisor = Math.sqrt(variance + epsilon)
  const normalised = centred.map((value) => value / divisor)
  const outputs = normalised.map((value, i) => value * gain[i]! + bias[i]!)
  return { mean, centred, squares, variance, divisor, normalised, outputs }
}

/** ‖α_j·v_j‖ for each key j: the length of its term in the weighted sum of one query. `values` has a row for each key. */
export function contributions(weights: Float32Array, values: Matrix): number[] {
  const count = Math.min(weights.length, values.rows)
  return Array.from({ length: count }, (_, key) => Math.abs(weights[key]!) * Math.hypot(...rowOf(values, key)))
}

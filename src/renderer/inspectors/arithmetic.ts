/** The arithmetic of attention and of layer normalisation, step by step with its numbers, to be compared with the live model's. */
import type { Matrix } from '../charts/matrix'
import { rowOf } from '../charts/matrix'

export interface AttentionCell {
  /** q·k, feature by feature. */
  readonly terms: readonly { readonly query: number; readonly key: number; readonly product: number }[]
  readonly product: number
  /** What products are divided by: √d_k, or 1 without scaling. */
  readonly divisor: number
  readonly score: number
  /** Whether the mask lets this query see this key; if not, its exponential counts as 0. */
  readonly allowed: boolean
  /** Taken off every score of the row before exponentiating so that nothing overflows; 0 while scores are small. Cancels out. */
  readonly shift: number
  readonly exponential: number
  /** Σ of the exponentials of the keys the query may see. */
  readonly sum: number
  readonly weight: number
}

/** Scores up to this size are exponentiated as they are. */
const LARGE_SCORE = 20

/**
 * One cell of softmax(q·kᵀ/√d_k) (Vaswani et al. 2017, equation 1), from queries and keys (token, feature) without padding, whose
 * keys have weight 0 anyway.
 */
export function attentionCell(
  queries: Matrix,
  keys: Matrix,
  { query, key }: { readonly query: number; readonly key: number },
  options: { readonly scale: boolean; readonly causal: boolean },
): AttentionCell {
  const q = rowOf(queries, query)
  const divisor = options.scale ? Math.sqrt(queries.columns) : 1
  const allowed = (other: number) => !options.causal || other <= query
  const scores = Array.from(
    { length: keys.rows },
    (_, other) => rowOf(keys, other).reduce((sum, k, i) => sum + k * q[i]!, 0) / divisor,
  )
  const seen = scores.filter((_, other) => allowed(other))
  const largest = seen.reduce((a, b) => Math.max(a, b), -Infinity)
  const shift = seen.every((score) => Math.abs(score) <= LARGE_SCORE) ? 0 : largest
  const exponentialOf = (other: number) => (allowed(other) ? Math.exp(scores[other]! - shift) : 0)
  const sum = scores.reduce((total, _, other) => total + exponentialOf(other), 0)
  const exponential = exponentialOf(key)
  const terms = Array.from(rowOf(keys, key), (k, i) => ({ query: q[i]!, key: k, product: q[i]! * k }))
  const score = scores[key]!
  return {
    terms,
    product: score * divisor,
    divisor,
    score,
    allowed: allowed(key),
    shift,
    exponential,
    sum,
    weight: exponential / sum,
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

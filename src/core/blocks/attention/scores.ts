/** Score functions: how well a key matches a query. One entry each; the first is the standard one. */
import type { Value } from '../../program/types'
import type { BlockBuilder } from '../define'
import { matrixInitialiser } from '../linear-map'

export interface ScoreInputs {
  /** (B, h, T, d_k) */
  readonly queries: Value
  /** (B, h, S, d_k) */
  readonly keys: Value
  /** Initialiser of the weights of a score function, if it has any. */
  readonly initialiser: Parameters<typeof matrixInitialiser>[0]
}

/** Lower bound of a vector's norm, so that the cosine of a zero vector is 0. */
const SHORTEST = 1e-6

/** (B, h, T, d_k) and (B, h, S, d_k) → unscaled (B, h, T, S). */
export const scores = {
  /** q·k (Luong et al. 2015, “dot”; Vaswani et al. 2017). */
  dot: (b, { queries, keys }) => b.matmul(queries, keys, { transposeB: true }),

  /** v·tanh(q + k) with one v per head (Bahdanau et al. 2015); their two matrices are the query and key projections. */
  additive(b, { queries, keys, initialiser }) {
    const [batch = 0, heads = 0, length = 0, width = 0] = queries.shape
    const [, , seen = 0] = keys.shape
    const columns = b.weight('score', [width, heads], matrixInitialiser(initialiser, width), { axes: ['feature', 'head'] })
    const v = b.reshape(b.transpose(columns, [1, 0]), [heads, 1, 1, width])
    const sums = b.add(b.reshape(queries, [batch, heads, length, 1, width]), b.reshape(keys, [batch, heads, 1, seen, width])) // (B, h, T, S, d_k)
    return b.sum(b.mul(b.tanh(sums), v), -1)
  },

  /** qᵀ·W·k with one W per head, stored side by side in one matrix (Luong et al. 2015, “general”). */
  bilinear(b, { queries, keys, initialiser }) {
    const [batch = 0, heads = 0, length = 0, width = 0] = queries.shape
    const matrix = b.weight('score', [width, heads * width], matrixInitialiser(initialiser, width))
    const perHead = b.transpose(b.reshape(matrix, [width, heads, width]), [1, 0, 2]) // (h, d_k, d_k)
    const rows = b.reshape(b.transpose(queries, [1, 0, 2, 3]), [heads, batch * length, width])
    const turned = b.reshape(b.matmul(rows, perHead), [heads, batch, length, width])
    return b.matmul(b.transpose(turned, [1, 0, 2, 3]), keys, { transposeB: true })
  },

  /** q·k / (‖q‖·‖k‖), between −1 and 1 (Graves et al. 2014). */
  cosine: (b, { queries, keys }) => b.matmul(unit(b, queries), unit(b, keys), { transposeB: true }),

  /** −‖q − k‖²: nearer keys score higher. */
  distance(b, { queries, keys }) {
    const [batch = 0, heads = 0, seen = 0] = keys.shape
    const lengths = (x: Value) => b.sum(b.square(x), -1, true)
    const both = b.add(lengths(queries), b.reshape(lengths(keys), [batch, heads, 1, seen]))
    return b.sub(b.mul(b.matmul(queries, keys, { transposeB: true }), 2), both)
  },
} satisfies Record<string, (b: BlockBuilder, inputs: ScoreInputs) => Value>

/** Each vector scaled to norm 1. */
function unit(b: BlockBuilder, x: Value): Value {
  return b.mul(x, b.rsqrt(b.maximum(b.sum(b.square(x), -1, true), SHORTEST ** 2)))
}

/** Factor of the scores, from the key width and the `factor` setting. */
export const scales = {
  /** Keeps the variance of a dot product at that of its factors (Vaswani et al. 2017, section 3.2.1). */
  root: (width) => 1 / Math.sqrt(width),
  none: () => 1,
  width: (width) => 1 / width,
  number: (_, factor) => factor,
} satisfies Record<string, (width: number, factor: number) => number>

/** Positions inside attention: rotated queries and keys (RoPE), or a distance penalty on the scores (ALiBi). */
import { formula } from '../../program/constants'
import type { Value } from '../../program/types'
import type { BlockBuilder } from '../define'
import { atPlace } from './masks'

export const positions = ['none', 'rope', 'alibi'] as const

/**
 * Rotary position embedding (Su et al. 2021, equation 34): features 2i and 2i+1 of (B, h, T, w) are rotated by position · 10000^(−2i/w), so
 * that q·k depends on relative position only. The width must be even.
 */
export function rotate(b: BlockBuilder, x: Value): Value {
  const [, , seen = 0, width = 0] = x.shape
  const length = b.place ? b.signature.length : seen
  const table = (turn: 'cos' | 'sin') => atPlace(b, b.constant(formula(turns, turn, length, width), [length, width]))
  const turned = b.matmul(x, b.constant(formula(quarterTurn, width), [width, width]))
  return b.add(b.mul(x, table('cos')), b.mul(turned, table('sin')))
}

/** Cosine or sine of the rotation angle of each feature at each position: (length, width). */
function turns(turn: 'cos' | 'sin', length: number, width: number): Float32Array {
  const angle = (i: number) => Math.floor(i / width) * Math.pow(10000, -(2 * Math.floor((i % width) / 2)) / width)
  return Float32Array.from({ length: length * width }, (_, i) => Math[turn](angle(i)))
}

/** Matrix (width, width) that maps each feature pair (a, b) to (−b, a). */
function quarterTurn(width: number): Float32Array {
  const matrix = new Float32Array(width * width)
  for (let i = 0; i < width; i += 2) {
    matrix[(i + 1) * width + i] = -1
    matrix[i * width + i + 1] = 1
  }
  return matrix
}

/**
 * Attention with linear biases (Press et al. 2022): −m·|query − key| for scores (B, h, T, S), with one slope m per head, see {@link
 * headSlopes}.
 */
export function distanceBias(b: BlockBuilder, heads: number, length: number, keys: number): Value {
  const slopes = b.constant(formula(headSlopes, heads), [heads, 1, 1])
  return b.mul(slopes, atPlace(b, b.constant(formula(distances, length, keys), [length, keys])))
}

/**
 * 2^(−8/h), 2^(−16/h) … 2^(−8) if h is a power of two. Otherwise as in the paper's code (ofirpress/attention_with_linear_biases): the
 * slopes of the next smaller power of two, then every other slope of twice that number of heads.
 */
export function headSlopes(heads: number): Float32Array {
  const power = 2 ** Math.floor(Math.log2(heads))
  const slope = (head: number, of: number): number => Math.pow(2, (-8 * (head + 1)) / of)
  return Float32Array.from({ length: heads }, (_, head) =>
    head < power ? slope(head, power) : slope(2 * (head - power), 2 * power),
  )
}

/** −|query − key|: (length, keys). */
const distances = (length: number, keys: number): Float32Array =>
  Float32Array.from({ length: length * keys }, (_, i) => -Math.abs(Math.floor(i / keys) - (i % keys)))

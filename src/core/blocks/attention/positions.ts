/** Positions inside attention: queries and keys are turned by their places (RoPE), or distance is taken off the scores (ALiBi). */
import type { Value } from '../../program/types'
import type { BlockBuilder } from '../define'
import { atPlace } from './masks'

export const positions = ['none', 'rope', 'alibi'] as const

/**
 * Rotary position embedding (Su et al. 2021, equation 34): features 2i and 2i+1 of (B, h, T, w) are turned by place · 10000^(−2i/w).
 * Then q·k depends on how far the two are apart, not on where they stand. The width must be even.
 */
export function rotate(b: BlockBuilder, x: Value): Value {
  const [, , seen = 0, width = 0] = x.shape
  const length = b.place ? b.signature.length : seen
  const table = (turn: (angle: number) => number) => {
    const angle = (i: number) => Math.floor(i / width) * Math.pow(10000, -(2 * Math.floor((i % width) / 2)) / width)
    return atPlace(
      b,
      b.constant(
        Float32Array.from({ length: length * width }, (_, i) => turn(angle(i))),
        [length, width],
      ),
    )
  }
  return b.add(b.mul(x, table(Math.cos)), b.mul(b.matmul(x, quarterTurn(b, width)), table(Math.sin)))
}

/** x · this is x with each pair (a, b) as (−b, a). */
function quarterTurn(b: BlockBuilder, width: number): Value {
  const matrix = new Float32Array(width * width)
  for (let i = 0; i < width; i += 2) {
    matrix[(i + 1) * width + i] = -1
    matrix[i * width + i + 1] = 1
  }
  return b.constant(matrix, [width, width])
}

/**
 * Attention with linear biases (Press et al. 2022): −m·|query − key| for scores (B, h, T, S), with slopes m that fall from head to
 * head as 2^(−8/h), 2^(−16/h) … 2^(−8).
 */
export function distanceBias(b: BlockBuilder, heads: number, length: number, keys: number): Value {
  const slopes = Float32Array.from({ length: heads }, (_, head) => Math.pow(2, (-8 * (head + 1)) / heads))
  const distances = Float32Array.from({ length: length * keys }, (_, i) => -Math.abs(Math.floor(i / keys) - (i % keys)))
  return b.mul(b.constant(slopes, [heads, 1, 1]), atPlace(b, b.constant(distances, [length, keys])))
}

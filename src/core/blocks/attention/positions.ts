/** Positions inside attention: rotated queries and keys (RoPE), or a distance penalty on the scores (ALiBi). */
import { z } from 'zod'
import { advanced, applies } from '../../fields'
import { formula } from '../../program/constants'
import type { Value } from '../../program/types'
import type { BlockBuilder } from '../define'
import { atPlace } from './masks'

export const positions = ['none', 'rope', 'alibi'] as const

const rotary = { positions: ['rope'] }
export const rotaryParams = {
  /** The slowest pair of features turns once in about 2π · this many tokens. */
  rotaryBase: z.number().min(1).max(1e9).default(10000).register(applies, rotary).register(advanced, {}),
  /** Which features turn together: 2i and 2i+1, or i and i + w/2, as in the Llama models of Hugging Face. */
  rotaryPairs: z.enum(['adjacent', 'halves']).default('adjacent').register(applies, rotary).register(advanced, {}),
  /** Positions are divided by this, which stretches a trained model to longer texts (Chen et al. 2023). */
  rotaryStretch: z.number().min(1).max(1024).default(1).register(applies, rotary).register(advanced, {}),
}
type RotarySettings = z.output<z.ZodObject<typeof rotaryParams>>
type Pairs = RotarySettings['rotaryPairs']

/**
 * Rotary position embedding (Su et al. 2021, equation 34): the i-th pair of features of (B, h, T, w) is rotated by position · base^(−2i/w),
 * so that q·k depends on relative position only. The width must be even.
 */
export function rotate(b: BlockBuilder, x: Value, { rotaryBase, rotaryPairs, rotaryStretch }: RotarySettings): Value {
  const [, , seen = 0, width = 0] = x.shape
  const length = b.place ? b.signature.length : seen
  const table = (turn: 'cos' | 'sin') =>
    atPlace(b, b.constant(formula(turns, turn, length, width, rotaryBase, rotaryStretch, rotaryPairs), [length, width]))
  const turned = b.matmul(x, b.constant(formula(quarterTurn, width, rotaryPairs), [width, width]))
  return b.add(b.mul(x, table('cos')), b.mul(turned, table('sin')))
}

/** Cosine or sine of the rotation angle of each feature at each position: (length, width). */
function turns(
  ...[turn, length, width, base, stretch, pairs]: readonly ['cos' | 'sin', number, number, number, number, Pairs]
): Float32Array {
  const pairOf = (feature: number) => (pairs === 'adjacent' ? Math.floor(feature / 2) : feature % (width / 2))
  const angle = (i: number) => (Math.floor(i / width) / stretch) * Math.pow(base, -(2 * pairOf(i % width)) / width)
  return Float32Array.from({ length: length * width }, (_, i) => Math[turn](angle(i)))
}

/** Matrix (width, width) that maps each feature pair (a, b) to (−b, a). */
function quarterTurn(width: number, pairs: Pairs): Float32Array {
  const matrix = new Float32Array(width * width)
  for (let pair = 0; pair < width / 2; pair++) {
    const [first, second] = pairs === 'adjacent' ? [2 * pair, 2 * pair + 1] : [pair, pair + width / 2]
    matrix[second * width + first] = -1
    matrix[first * width + second] = 1
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

/** Scaled dot-product attention over heads: the arithmetic that self-attention and multi-head attention share. */
import { z } from 'zod'
import type { Value } from '../program/types'
import type { BlockBuilder } from './define'

/** Added to the score of a pair that may not attend: e^(−10⁹) is exactly 0 in float32. */
const FORBIDDEN = -1e9

export const maskParam = z.enum(['none', 'causal']).default('none')

/** (T, T) with 0 where the key is not after the query, FORBIDDEN elsewhere. */
function causalBias(b: BlockBuilder, length: number): Value {
  const bias = new Float32Array(length * length)
  for (let query = 0; query < length; query++) bias.fill(FORBIDDEN, query * length + query + 1, (query + 1) * length)
  return b.constant(bias, [length, length])
}

/** What is added to (B, h, T, T) scores so that nothing attends to the future or to padding; null when everything may. */
function attentionBias(b: BlockBuilder, mask: z.output<typeof maskParam>, padding: Value | null, length: number): Value | null {
  const causal = mask === 'causal' ? causalBias(b, length) : null
  if (!padding) return causal
  const [batch = 0] = padding.shape
  const hidden = b.reshape(b.mul(b.sub(padding, 1), -FORBIDDEN), [batch, 1, 1, length]) // 0 or FORBIDDEN per key
  return causal ? b.add(hidden, causal) : hidden
}

/** softmax(q·kᵀ/√d_k)·v for queries, keys and values of shape (B, h, T, d_k), with everything an inspector wants to see. */
export function attend(
  b: BlockBuilder,
  { queries, keys, values }: { queries: Value; keys: Value; values: Value },
  options: { scale: boolean; mask: z.output<typeof maskParam> },
): Value {
  const [, , length = 0, width = 1] = queries.shape
  if (b.place) return attendFromCache(b, { queries, keys, values }, options, b.place)
  b.remember('keys', keys)
  b.remember('values', values)
  const axes = ['batch', 'head', 'token', 'feature']
  b.look('queries', axes, queries)
  b.look('keys', axes, keys)
  b.look('values', axes, values)
  const products = b.matmul(queries, keys, { transposeB: true }) // (B, h, T, T)
  const scores = options.scale ? b.mul(products, 1 / Math.sqrt(width)) : products
  b.look('scores', ['batch', 'head', 'query', 'key'], scores)
  const bias = attentionBias(b, options.mask, b.mask('x'), length)
  const weights = b.softmax(bias ? b.add(scores, bias) : scores)
  b.look('attention', ['batch', 'head', 'query', 'key'], weights)
  return b.matmul(weights, values) // (B, h, T, d_k)
}

/** The same for the token at one place, with remembered keys and values: only what looks back can do without the tokens after it. */
function attendFromCache(
  b: BlockBuilder,
  { queries, keys, values }: { queries: Value; keys: Value; values: Value },
  options: { scale: boolean; mask: z.output<typeof maskParam> },
  place: Value,
): Value {
  if (options.mask !== 'causal') b.refuse('graph.not-causal', {})
  const [, , , width = 1] = queries.shape
  const products = b.matmul(queries, b.remember('keys', keys), { transposeB: true }) // (B, h, 1, T)
  const scores = options.scale ? b.mul(products, 1 / Math.sqrt(width)) : products
  const bias = b.gather(causalBias(b, b.task.length), place) // (1, T)
  return b.matmul(b.softmax(b.add(scores, bias)), b.remember('values', values)) // (B, h, 1, d_k)
}

/** (B, T, h·w) → (B, h, T, w) */
export function splitHeads(b: BlockBuilder, x: Value, heads: number): Value {
  const [batch = 0, length = 0, width = 0] = x.shape
  return b.transpose(b.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3])
}

/** (B, h, T, w) → (B, T, h·w): heads are joined along the feature axis. */
export function joinHeads(b: BlockBuilder, x: Value): Value {
  const [batch = 0, heads = 0, length = 0, width = 0] = x.shape
  return b.reshape(b.transpose(x, [0, 2, 1, 3]), [batch, length, heads * width])
}

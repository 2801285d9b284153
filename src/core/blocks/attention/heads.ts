/** Splits features into heads and joins them again. */
import type { Value } from '../../program/types'
import type { BlockBuilder } from '../define'

/** (B, T, h·w) → (B, h, T, w) */
export function splitHeads(b: BlockBuilder, x: Value, heads: number): Value {
  const [batch = 0, length = 0, width = 0] = x.shape
  return b.transpose(b.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3])
}

/** (B, h, T, w) → (B, T, h·w), joined along the feature axis. */
export function joinHeads(b: BlockBuilder, x: Value): Value {
  const [batch = 0, heads = 0, length = 0, width = 0] = x.shape
  return b.reshape(b.transpose(x, [0, 2, 1, 3]), [batch, length, heads * width])
}

/** (B, g, T, w) → (B, h, T, w): each group of adjacent heads shares one (Ainslie et al. 2023). */
export function shareHeads(b: BlockBuilder, x: Value, heads: number): Value {
  const [batch = 0, groups = 0, length = 0, width = 0] = x.shape
  if (groups === heads) return x
  const shared = b.broadcast(b.reshape(x, [batch, groups, 1, length, width]), [batch, groups, heads / groups, length, width])
  return b.reshape(shared, [batch, heads, length, width])
}

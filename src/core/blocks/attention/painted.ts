/** Painted attention: maps of single heads that take the place of what queries and keys give. Everything else trains around them. */
import { z } from 'zod'
import { drawn } from '../../fields'
import { readRows } from '../../number-rows'
import { formula } from '../../program/constants'
import type { Value } from '../../program/types'
import type { BlockBuilder } from '../define'
import { isVisible, type MaskSettings } from './masks'

const paintedMap = z.strictObject({
  /** From 0. Maps of heads that the block does not have are not used. */
  head: z.number().int().min(0).max(63),
  /** Attention weights (T, S), one text for each query (see number-rows). */
  rows: z.array(z.string().max(100_000)).max(4096),
})
export type PaintedMap = z.infer<typeof paintedMap>
export const mapsParam = z.array(paintedMap).max(64).default([]).register(drawn, {})

/**
 * Weights (B, h, T, S) with the painted maps in place of those of their heads. Pairs that the mask hides and padding (`padding` (B, S), 1 for
 * real keys) are never attended; the other weights of the row stay as painted.
 */
export function withPainted(
  b: BlockBuilder,
  weights: Value,
  { maps, mask, window }: MaskSettings & { readonly maps: readonly PaintedMap[] },
  { length, keys, padding }: { length: number; keys: number; padding: Value | null },
): Value {
  const [batch = 0, heads = 0] = weights.shape
  const used = maps.filter(({ head }) => head < heads)
  if (used.length === 0) return weights
  const misfit = used.find(({ rows }) => !readRows(rows, length, keys))
  if (misfit) {
    const others = maps.filter((map) => map !== misfit)
    b.refuse('graph.painted-size', { head: misfit.head + 1, queries: length, keys }, { param: 'maps', value: others })
  }
  const text = JSON.stringify(used)
  const learned = b.constant(formula(unpainted, text, heads), [heads, 1, 1])
  const of = [text, heads, length, keys, mask, window] as const
  const map = b.place
    ? b.reshape(b.gather(b.constant(formula(byQuery, ...of), [length, heads * keys]), b.place), [1, heads, 1, keys])
    : b.constant(formula(byHead, ...of), [heads, length, keys])
  const visible = padding ? b.mul(map, b.reshape(padding, [batch, 1, 1, keys])) : map
  return b.add(b.mul(weights, learned), visible)
}

const read = (text: string): readonly PaintedMap[] => z.array(paintedMap).parse(JSON.parse(text))

/** (h): 0 for painted heads, 1 for others. */
function unpainted(text: string, heads: number): Float32Array {
  const learned = new Float32Array(heads).fill(1)
  for (const { head } of read(text)) learned[head] = 0
  return learned
}

type Arguments = readonly [
  text: string,
  heads: number,
  length: number,
  keys: number,
  mask: MaskSettings['mask'],
  window: number,
]

/** (h, T, S): zeros for heads that are not painted. */
function byHead(...[text, heads, length, keys, mask, window]: Arguments): Float32Array {
  const all = new Float32Array(heads * length * keys)
  for (const { head, rows } of read(text)) {
    const map = readRows(rows, length, keys)!
    const seen = map.map((weight, i) => (isVisible({ mask, window }, Math.floor(i / keys), i % keys) ? weight : 0))
    all.set(seen, head * length * keys)
  }
  return all
}

/** (T, h · S): the same, by query. */
function byQuery(...of: Arguments): Float32Array {
  const [, heads, length, keys] = of
  const maps = byHead(...of)
  return Float32Array.from({ length: maps.length }, (_, i) => {
    const [query, head, key] = [Math.floor(i / (heads * keys)), Math.floor(i / keys) % heads, i % keys]
    return maps[(head * length + query) * keys + key]!
  })
}

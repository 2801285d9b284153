/** The attention heads of multi-head and cross attention, and the merge of their outputs. */
import { z } from 'zod'
import type { Value } from '../../program/types'
import type { BlockBuilder } from '../define'
import { advanced, namesOf } from '../../fields'
import { adapterParams, adaptParam } from '../adapters'
import { linearMap } from '../linear-map'
import { adaptersFor, adaptParams, type Projection } from './adapted'
import { attend } from './attend'
import { splitHeads } from './heads'
import { merges } from './merges'
import { attentionParams, layerParams, widthParams } from './settings'

export const headParams = z.object({
  heads: z.number().int().min(1).max(64).default(4),
  /**
   * Number of key and value heads, each shared by a group of query heads; 0 for one per query head. 1 is multi-query attention (Shazeer
   * 2019).
   */
  keyValueHeads: z.number().int().min(0).max(64).default(0).register(advanced, {}),
  /** Width of each head: d/h features, or all d. */
  headWidth: z.enum(['split', 'full']).default('split').register(advanced, {}),
  ...widthParams,
  ...attentionParams,
  merge: z.enum(namesOf(merges)).default('linear').register(advanced, {}),
  ...layerParams,
  ...adapterParams,
  ...adaptParams,
  adaptOutput: adaptParam(false),
})

/**
 * Queries come from x (B, T, d), keys and values from memory (B, S, m) at `port`, with its padding mask → (B, T, d), or the width of one
 * head if heads are merged by mean or sum.
 */
export function attendHeads(
  b: BlockBuilder,
  { x, memory, port }: { x: Value; memory: Value; port: string },
  settings: z.output<typeof headParams>,
): Value {
  const { heads, bias, initialiser } = settings
  const width = x.shape[2] ?? 0
  const { keyWidth, valueWidth } = headWidths(b, width, settings)
  const groups = keyValueGroups(b, settings)
  const adapters = adaptersFor(b, settings)
  const map = (from: Value, name: Projection, outputs: number) =>
    linearMap(b, from, { name, outputs, bias, initialiser, adapters: adapters(name) })
  const project = (from: Value, name: Projection, count: number, size: number) =>
    splitHeads(b, map(from, name, count * size), count)
  const queries = project(x, 'query', heads, keyWidth) // (B, h, T, d_k)
  const keys = project(memory, 'key', groups, keyWidth) // (B, g, S, d_k)
  const values = project(memory, 'value', groups, valueWidth) // (B, g, S, d_v)
  const attended = attend(b, { queries, keys, values, padding: b.mask(port) }, settings)
  const gated = b.patch('heads', ['batch', 'head', 'query'], b.gate('heads', attended, [heads, 1, 1]))
  const dense = (joined: Value) => map(joined, 'output', width)
  return b.dropout(merges[settings.merge](b, gated, dense), settings.dropout)
}

/** d_k and d_v of each head. Refuses a width that the number of heads does not divide. */
function headWidths(b: BlockBuilder, width: number, settings: z.output<typeof headParams>) {
  const { heads, headWidth, keyWidth, valueWidth } = settings
  const share = headWidth === 'full' ? width : width / heads
  if (!Number.isInteger(share) && (keyWidth === 0 || valueWidth === 0)) {
    const nearest = Math.max(1, Math.round(width / heads)) * heads
    b.refuse('graph.width-not-divisible', { width, heads, nearest }, { port: 'x', width: nearest })
  }
  return { keyWidth: keyWidth || share, valueWidth: valueWidth || share }
}

/** Number of key and value heads. Refuses one that does not divide the number of query heads. */
function keyValueGroups(b: BlockBuilder, { heads, keyValueHeads }: z.output<typeof headParams>): number {
  const groups = keyValueHeads || heads
  if (heads % groups !== 0) {
    const divisors = Array.from({ length: heads }, (_, i) => i + 1).filter((count) => heads % count === 0)
    const nearest = divisors.reduce((best, count) => (Math.abs(count - groups) < Math.abs(best - groups) ? count : best))
    b.refuse('graph.heads-not-divisible', { heads, groups, nearest }, { param: 'keyValueHeads', value: nearest })
  }
  return groups
}

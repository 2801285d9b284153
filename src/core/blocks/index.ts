/** The catalogue of blocks: one line each, in the order of the palette. */
import type { Params } from '../params'
import { activation } from './activation'
import { add } from './add'
import { classifier } from './classifier'
import { concat } from './concat'
import { crossAttention } from './cross-attention'
import type { BlockDefinition } from './define'
import { dotProducts } from './dot-products'
import { dropout } from './dropout'
import { embedding } from './embedding'
import { feedForward } from './feed-forward'
import { linear } from './linear'
import { multiHead } from './multi-head'
import { multiLabel } from './multi-label'
import { multiply } from './multiply'
import { nextToken } from './next-token'
import { norm } from './norm'
import { numbers } from './numbers'
import { pool } from './pool'
import { position } from './position'
import { recurrent } from './recurrent'
import { regression } from './regression'
import { scale } from './scale'
import { segment } from './segment'
import { selfAttention } from './self-attention'
import { sequenceClassifier } from './sequence-classifier'
import { slice } from './slice'
import { softmax } from './softmax'
import { tokens } from './tokens'
import { weightedSum } from './weighted-sum'

export const blocks = [
  tokens,
  numbers,
  embedding,
  position,
  segment,
  selfAttention,
  multiHead,
  crossAttention,
  dotProducts,
  softmax,
  weightedSum,
  recurrent,
  norm,
  feedForward,
  linear,
  activation,
  add,
  multiply,
  scale,
  concat,
  slice,
  pool,
  dropout,
  classifier,
  nextToken,
  sequenceClassifier,
  multiLabel,
  regression,
] as const satisfies readonly BlockDefinition[]

export type BlockKind = (typeof blocks)[number]['kind']

const byKind = new Map<string, BlockDefinition>(blocks.map((block) => [block.kind, block]))
export const blockByKind = (kind: string): BlockDefinition | undefined => byKind.get(kind)

/** The entry of a kind in a table over all kinds; undefined for a kind unknown to this version. */
export const entryOf = <T>(table: Readonly<Record<BlockKind, T>>, kind: string): T | undefined =>
  byKind.has(kind) ? table[kind as BlockKind] : undefined

/** A node written by an earlier version, with its parameters and weight names migrated. */
export function migrateNode<
  N extends { kind: string; params: Params; weights?: Readonly<Record<string, unknown>> | undefined },
>(node: N): N {
  const block = blockByKind(node.kind)
  const renamed = block?.renamedWeights
  return {
    ...node,
    ...(block?.migrate && { params: block.migrate(node.params) }),
    ...(renamed && node.weights && { weights: mapKeys(node.weights, (name) => renamed[name] ?? name) }),
  }
}

const mapKeys = <V>(record: Readonly<Record<string, V>>, name: (key: string) => string): Record<string, V> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [name(key), value]))

const renamedWeights = new Map(blocks.flatMap((block: BlockDefinition) => Object.entries(block.renamedWeights ?? {})))

/** The current name of a weight from an earlier version: "optimiser/first/feed-forward/widen" → "optimiser/first/feed-forward/up". */
export function migrateWeightName(name: string): string {
  const start = name.lastIndexOf('/') + 1
  return name.slice(0, start) + (renamedWeights.get(name.slice(start)) ?? name.slice(start))
}

/** Why the batches of a lab cannot be divided into shards. */
import { shardsOf, type LabDocument } from '../lab/document'
import type { Diagnostic } from './analysis'
import type { BuiltGraph } from './build'

/**
 * `built` is the graph built in `train` mode. A shard has at least one sequence; and a block that writes running statistics computes with
 * those of the whole batch, so each sequence depends on the others.
 */
export function shardProblems({ builder }: BuiltGraph, { training }: LabDocument): readonly Diagnostic[] {
  const { batchSize } = training
  const shards = shardsOf(training)
  if (shards > batchSize) return [{ code: 'graph.too-many-shards', params: { shards, batchSize } }]
  const blocks = new Set(builder.states.filter(({ role }) => role === 'buffer').map(({ block }) => block))
  return [...blocks].map((node) => ({ code: 'graph.mixes-sequences', params: { node, shards }, node }))
}

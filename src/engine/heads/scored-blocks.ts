/** The attention blocks of a model with their heads, and the sequences that these read. */
import { expandGroups } from '@core/graph/expansion'
import { sequenceOf } from '@core/graph/sequences'
import { headBlockOf } from '@core/heads/blocks'
import type { Graph, GraphNode } from '@core/lab/document'
import type { Model } from '../model'

export interface ScoredBlock {
  readonly node: GraphNode
  /** Number of heads. */
  readonly heads: number
  /** Names of the gate that mutes heads and of the probe with the attention weights. */
  readonly gate: string
  readonly probe: string
  /** (T, S) of the attention weights. */
  readonly queries: number
  readonly keys: number
  /** The task's sequence of the queries; null if the block reads another one, e.g. a part of it. */
  readonly sequence: 'tokens' | 'source' | null
  /** Whether queries and keys are of the same sequence. */
  readonly isSelf: boolean
}

export const expandedGraph = (model: Model): Graph => expandGroups(model.lab.graph).graph

/** In the order in which the model computes them. */
export function scoredBlocks(model: Model): ScoredBlock[] {
  const { lab, signature } = model
  const document = { ...lab, graph: expandedGraph(model) }
  const nodes = new Map(document.graph.nodes.map((node) => [node.id, node]))
  const lengths = { tokens: signature.length, source: signature.source?.length }
  return model.program('inspect', { batch: 1 }).program.probes.flatMap(({ name, value }) => {
    const node = nodes.get(name.slice(0, -'/attention'.length))
    const block = node && name === `${node.id}/attention` ? headBlockOf(node) : undefined
    if (!node || !block) return []
    const [, heads = 0, queries = 0, keys = 0] = value.shape
    const [read, memory] = [sequenceOf(document, node.id), sequenceOf(document, node.id, block.memory)]
    return {
      ...{ node, heads, queries, keys, probe: `probe/${name}`, gate: `${node.id}/${block.gate}` },
      sequence: lengths[read] === queries ? read : null,
      isSelf: read === memory && queries === keys,
    }
  })
}

/** What turns one graph into another: removed, added and changed blocks, and removed and added wires. Blocks are told apart by id and kind. */
import { dequal } from 'dequal/lite'
import { completeParams } from '../lab/complete-params'
import type { Graph, GraphEdge, GraphNode } from '../lab/document'
import { sameDefinition } from '../lab/same'
import { definitionOf } from './groups'

export type NodeMark = 'removed' | 'added' | 'changed'

export interface GraphDiff {
  /** Of the first graph: what the second one lacks or has otherwise. */
  readonly before: Marks
  /** Of the second graph: what the first one lacks or has otherwise. */
  readonly after: Marks
}
export interface Marks {
  readonly nodes: ReadonlyMap<string, NodeMark>
  /** Wires, as `wireKey`, that the other graph lacks. */
  readonly wires: ReadonlySet<string>
}

export const wireKey = ({ from, to }: GraphEdge): string => `${from.node}.${from.port} ${to.node}.${to.port}`

export function graphDiff(before: Graph, after: Graph): GraphDiff {
  return { before: marksOf(before, after, 'removed'), after: marksOf(after, before, 'added') }
}

function marksOf(graph: Graph, other: Graph, mark: 'removed' | 'added'): Marks {
  const others = new Map(other.nodes.map((node) => [node.id, node]))
  const wires = new Set(other.edges.map(wireKey))
  const nodes = graph.nodes.flatMap((node): [string, NodeMark][] => {
    const same = others.get(node.id)
    if (!same || same.kind !== node.kind) return [[node.id, mark]]
    return isSame(graph, node, other, same) ? [] : [[node.id, 'changed']]
  })
  return { nodes: new Map(nodes), wires: new Set(graph.edges.map(wireKey).filter((key) => !wires.has(key))) }
}

function isSame(graph: Graph, node: GraphNode, other: Graph, same: GraphNode): boolean {
  const [mine, theirs] = [definitionOf(graph, node), definitionOf(other, same)]
  if (mine && theirs && !sameDefinition(mine, theirs)) return false
  const settings = (of: GraphNode): unknown => [completeParams(of), of.frozen ?? false, of.weights ?? {}]
  return dequal(settings(node), settings(same))
}

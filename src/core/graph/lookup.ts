/** Index of a graph's blocks and wires. Cached per graph, because graphs are immutable. */
import type { Graph, GraphEdge, GraphNode } from '../lab/document'

export interface Lookup {
  /** For duplicate ids in a damaged document, the first node. */
  readonly nodes: ReadonlyMap<string, GraphNode>
  /** Wires by target node and by source node, in document order. */
  readonly entering: ReadonlyMap<string, readonly GraphEdge[]>
  readonly leaving: ReadonlyMap<string, readonly GraphEdge[]>
}

type Wiring = Pick<Graph, 'nodes' | 'edges'>
const known = new WeakMap<Wiring, Lookup>()

export function lookupOf(graph: Wiring): Lookup {
  const found = known.get(graph)
  if (found) return found
  const made: Lookup = {
    nodes: new Map(graph.nodes.toReversed().map((node) => [node.id, node])),
    entering: grouped(graph.edges, ({ to }) => to.node),
    leaving: grouped(graph.edges, ({ from }) => from.node),
  }
  known.set(graph, made)
  return made
}

function grouped(edges: readonly GraphEdge[], nodeOf: (edge: GraphEdge) => string): Map<string, GraphEdge[]> {
  const groups = new Map<string, GraphEdge[]>()
  for (const edge of edges) {
    const group = groups.get(nodeOf(edge))
    if (group) group.push(edge)
    else groups.set(nodeOf(edge), [edge])
  }
  return groups
}

/** Finds blocks and wires of a graph by name. Made once for each graph, as graphs are never changed in place. */
import type { Graph, GraphEdge, GraphNode } from '../lab/document'

export interface Lookup {
  /** The first of that id, where a damaged document has several. */
  readonly nodes: ReadonlyMap<string, GraphNode>
  /** Wires by the node they lead to, and by the one they come from; in the document's order. */
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

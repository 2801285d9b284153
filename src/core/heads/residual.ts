/**
 * The direct path between a head and the vocabulary: from an embedding to an attention block, and from there to the logits, through additions,
 * norms, positions and dropout only (the residual stream of Elhage et al. 2021). Blocks beside that path are not part of the head's circuits.
 */
import { lookupOf } from '../graph/lookup'
import type { Graph, GraphNode } from '../lab/document'

/** What the path passes besides additions, which leave the features as they are. */
export interface DirectPath {
  /** The embedding, or the block that gives the logits. */
  readonly end: GraphNode
  /** In no particular order, as each multiplies single features. */
  readonly norms: readonly GraphNode[]
}

const passed: ReadonlySet<string> = new Set(['add', 'norm', 'position', 'segment', 'dropout'])
const logitBlocks: ReadonlySet<string> = new Set(['classifier', 'next-token'])

/** The shortest path from an embedding to an input port of a block; null if there is none. `graph` has no groups. */
export function pathFromEmbedding(graph: Graph, node: string, port: string): DirectPath | null {
  const { nodes, entering } = lookupOf(graph)
  const before = (id: string, only?: string): GraphNode[] =>
    (entering.get(id) ?? []).flatMap(({ from, to }) => {
      const source = nodes.get(from.node)
      return source && (only === undefined || to.port === only) ? [source] : []
    })
  return shortest(
    before(node, port),
    ({ id }) => before(id),
    ({ kind }) => kind === 'embedding',
  )
}

/** The shortest path from a block to logits for each token; null if there is none. */
export function pathToLogits(graph: Graph, node: string): DirectPath | null {
  const { nodes, leaving } = lookupOf(graph)
  const after = (id: string): GraphNode[] =>
    (leaving.get(id) ?? []).flatMap(({ to }) => {
      const target = nodes.get(to.node)
      return target && to.port !== 'memory' && to.port !== 'table' ? [target] : []
    })
  return shortest(
    after(node),
    ({ id }) => after(id),
    ({ kind }) => logitBlocks.has(kind),
  )
}

function shortest(
  start: readonly GraphNode[],
  next: (node: GraphNode) => readonly GraphNode[],
  isEnd: (node: GraphNode) => boolean,
): DirectPath | null {
  const seen = new Set<string>()
  let paths = start.map((node) => ({ node, norms: [] as readonly GraphNode[] }))
  while (paths.length > 0) {
    const end = paths.find(({ node }) => isEnd(node))
    if (end) return { end: end.node, norms: end.norms }
    paths = paths.flatMap(({ node, norms }) => {
      if (!passed.has(node.kind) || seen.has(node.id)) return []
      seen.add(node.id)
      const longer = node.kind === 'norm' ? [...norms, node] : norms
      return next(node).map((other) => ({ node: other, norms: longer }))
    })
  }
  return null
}

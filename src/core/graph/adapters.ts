/** Merging low-rank adapters (LoRA) into the matrices that they adapt: W + (α/r)·A·B. */
import { adapterNames, scaleOf } from '../blocks/adapters'
import type { Graph, GraphNode } from '../lab/document'
import { expandGroups } from './expansion'
import { definitionOf, groupKind } from './groups'
import type { Given } from './transplant'

const suffix = adapterNames('').a

export interface Merged {
  /** Without the adapters that were merged. */
  readonly tensors: ReadonlyMap<string, Given>
  /** Names of the matrices into which they were merged. */
  readonly matrices: readonly string[]
}

/**
 * The same model without adapters; `graph` is that of the weights. Adapters of a matrix for which `keeps` returns true stay, as do those that are not
 * complete.
 */
export function mergeAdapters(
  given: ReadonlyMap<string, Given>,
  graph: Graph,
  keeps: (matrix: string) => boolean = () => false,
): Merged {
  const tensors = new Map(given)
  const matrices: string[] = []
  const scales = new Map(expandGroups(graph).graph.nodes.map(({ id, params }) => [id, scaleOf(params)]))
  for (const name of given.keys()) {
    if (!name.endsWith(suffix) || name.startsWith('optimiser/')) continue
    const matrix = name.slice(0, -suffix.length)
    const scale = scales.get(matrix.slice(0, matrix.lastIndexOf('/')))
    const names = adapterNames(matrix)
    const [w, a, b] = [matrix, names.a, names.b].map((each) => given.get(each))
    if (scale == null || keeps(matrix) || !w || !a || !b) continue
    tensors.set(matrix, { shape: w.shape, data: product(w, a, b, scale) })
    tensors.delete(names.a)
    tensors.delete(names.b)
    matrices.push(matrix)
  }
  return { tensors, matrices }
}

/** W (m, n) + scale · A (m, r) · B (r, n), summed in double precision. */
function product(w: Given, a: Given, b: Given, scale: number): Float32Array {
  const [rows = 0, columns = 0] = w.shape
  const [, rank = 0] = a.shape
  const merged = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0
      for (let k = 0; k < rank; k++) sum += a.data[row * rank + k]! * b.data[k * columns + column]!
      merged[row * columns + column] = w.data[row * columns + column]! + scale * sum
    }
  }
  return merged
}

/** The graph with rank 0 everywhere, to which merged weights belong. The same object if there are no adapters. */
export function withoutAdapters(graph: Graph): Graph {
  const { graph: expanded, problems } = expandGroups(graph)
  if (problems.length > 0 || expanded.nodes.every(({ params }) => scaleOf(params) === null)) return graph
  /** The settings of a node that are a rank: of a group, those of a block inside. */
  const ranks = (node: GraphNode): string[] => {
    if (node.kind !== groupKind) return ['rank']
    const { params = [], nodes = [] } = definitionOf(graph, node) ?? {}
    const inside = new Map(nodes.map((inner) => [inner.id, inner]))
    return params.flatMap((exposed) => {
      const inner = inside.get(exposed.node)
      return inner && ranks(inner).includes(exposed.param) ? [exposed.name] : []
    })
  }
  const plain = (node: GraphNode): GraphNode => {
    const set = ranks(node).filter((name) => Object.hasOwn(node.params, name))
    return set.length === 0
      ? node
      : { ...node, params: { ...node.params, ...Object.fromEntries(set.map((name) => [name, 0])) } }
  }
  const groups = Object.entries(graph.groups ?? {}).map(
    ([id, definition]) => [id, { ...definition, nodes: definition.nodes.map(plain) }] as const,
  )
  return { ...graph, nodes: graph.nodes.map(plain), ...(graph.groups && { groups: Object.fromEntries(groups) }) }
}

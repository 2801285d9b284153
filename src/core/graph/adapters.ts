/** Merging low-rank adapters (LoRA) into the matrices that they adapt: W + (α/r)·A·B. */
import { adapterNames, scaleOf } from '../blocks/adapters'
import type { Graph, GraphNode } from '../lab/document'
import { expandGroups } from './expansion'
import { definitionOf, groupKind } from './groups'
import type { Given } from './transplant'

const suffix = adapterNames('').a

/** The adapters of one matrix. */
export interface Adapted {
  /** Full name: `multi-head/query`. */
  readonly matrix: string
  readonly w: Given
  /** (input, rank). */
  readonly a: Given
  /** (rank, output). */
  readonly b: Given
  readonly rank: number
  /** Multiplied by alpha / rank. */
  readonly alpha: number
}

/** All adapters among weights, in their order; `graph` is that of the weights. Those that are not complete are left out. */
export function adaptersIn(given: ReadonlyMap<string, Given>, graph: Graph): Adapted[] {
  const scales = new Map(expandGroups(graph).graph.nodes.map(({ id, params }) => [id, scaleOf(params)]))
  return [...given.keys()].flatMap((name): Adapted[] => {
    if (!name.endsWith(suffix) || name.startsWith('optimiser/')) return []
    const matrix = name.slice(0, -suffix.length)
    const scale = scales.get(matrix.slice(0, matrix.lastIndexOf('/'))) ?? null
    const names = adapterNames(matrix)
    const [w, a, b] = [matrix, names.a, names.b].map((each) => given.get(each))
    const rank = a?.shape[1] ?? 0
    return scale === null || !w || !a || !b ? [] : [{ matrix, w, a, b, rank, alpha: scale * rank }]
  })
}

export interface Merged {
  /** Without the adapters that were merged. */
  readonly tensors: ReadonlyMap<string, Given>
  /** Names of the matrices into which they were merged. */
  readonly matrices: readonly string[]
}

/** The same model without adapters, but for those that `keeps` returns true for. */
export function mergeAdapters(
  given: ReadonlyMap<string, Given>,
  graph: Graph,
  keeps: (matrix: string) => boolean = () => false,
): Merged {
  const tensors = new Map(given)
  const merged = adaptersIn(given, graph).filter(({ matrix }) => !keeps(matrix))
  for (const adapted of merged) {
    const { matrix, w } = adapted
    tensors.set(matrix, { shape: w.shape, data: product(adapted) })
    const names = adapterNames(matrix)
    tensors.delete(names.a)
    tensors.delete(names.b)
  }
  return { tensors, matrices: merged.map(({ matrix }) => matrix) }
}

/** W + (α/r)·A·B, summed in double precision. */
function product({ w, a, b, rank, alpha }: Adapted): Float32Array {
  const [rows = 0, columns = 0] = w.shape
  const merged = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0
      for (let k = 0; k < rank; k++) sum += a.data[row * rank + k]! * b.data[k * columns + column]!
      merged[row * columns + column] = w.data[row * columns + column]! + (alpha / rank) * sum
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

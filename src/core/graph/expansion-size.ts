/** Size of a graph after expanding its groups, computed before expansion, because nested groups grow exponentially. */
import { groupBy } from '../collections'
import type { Graph, GraphNode, GroupDefinition, PortRef } from '../lab/document'
import type { Diagnostic } from './analysis'
import type { GroupOrder } from './group-order'
import { definitionOf, groupOf, repetitionsOf } from './groups'

/** Limits after expansion; `ports` are those of groups. */
const most = { blocks: 4000, wires: 16_000, groups: 4000, ports: 16_000 } as const
const figures = Object.keys(most) as (keyof typeof most)[]
/** Larger counts are capped for display. */
const countless = 1e12

type Size = Readonly<Record<keyof typeof most, number>>
interface GroupSize extends Size {
  /** Number of blocks fed by an input port; 0 for an unknown port. */
  readonly entries: (port: string) => number
}

/** One problem for each node that would exceed the limits. Takes time proportional to the document, not to the expanded graph. */
export function tooLarge(graph: Graph, order: GroupOrder): Diagnostic[] {
  const sizeOf = groupSizes(graph, order)
  const entering = groupBy(graph.edges, ({ to }) => to.node)
  let total: Size = { blocks: graph.nodes.length, wires: graph.edges.length, groups: 0, ports: 0 }
  return graph.nodes.flatMap((node): Diagnostic[] => {
    const size = sizeOf(node)
    if (!size) return []
    const led = add((entering.get(node.id) ?? []).map(({ to }) => size.entries(to.port) - 1))
    const replaced = sum([total, size, { blocks: -1, wires: led, groups: 0, ports: 0 }])
    const beyond = figures.find((figure) => replaced[figure] > most[figure])
    if (!beyond) {
      total = replaced
      return []
    }
    const count = Math.min(replaced[beyond], countless)
    return [{ code: `graph.too-many-${beyond}`, params: { node: node.id, count, most: most[beyond] }, node: node.id }]
  })
}

/** Expanded size of a node; undefined for a block or an unknown group. */
function groupSizes(graph: Graph, order: GroupOrder): (node: GraphNode) => GroupSize | undefined {
  const sizes = new Map<string, GroupSize>()
  const sizeOf = (node: GraphNode): GroupSize | undefined => {
    const group = groupOf(node)
    const once = group === undefined ? undefined : sizes.get(group)
    return once && repeated(once, definitionOf(graph, node)!, repetitionsOf(node))
  }
  for (const group of order.innermostFirst) {
    const isLeaf = (node: GraphNode) => order.holdsItself(group, groupOf(node))
    sizes.set(
      group,
      sizeOfOne(graph.groups![group]!, (node) => (isLeaf(node) ? undefined : sizeOf(node))),
    )
  }
  return sizeOf
}

function sizeOfOne(definition: GroupDefinition, sizeOf: (node: GraphNode) => GroupSize | undefined): GroupSize {
  const inner = new Map(definition.nodes.map((node) => [node.id, sizeOf(node)]))
  const targets = ({ node, port }: PortRef): number => inner.get(node)?.entries(port) ?? 1
  const held = [...inner.values()].flatMap((size) => size ?? [])
  const own = {
    blocks: definition.nodes.length - held.length,
    wires: add(definition.edges.map(({ to }) => targets(to))),
    groups: 1,
    ports: definition.inputs.length + definition.outputs.length,
  }
  const entries = new Map(definition.inputs.map(({ name, to }) => [name, add(to.map(targets))]))
  return { ...sum([own, ...held]), entries: (port) => entries.get(port) ?? 0 }
}

/** Each repetition feeds the next, from its first output to its first input; the other inputs feed all repetitions. */
function repeated(once: GroupSize, { inputs: [first], outputs }: GroupDefinition, repetitions: number): GroupSize {
  const fed = first && outputs.length > 0 ? once.entries(first.name) : 0
  return {
    blocks: once.blocks * repetitions,
    wires: once.wires * repetitions + fed * (repetitions - 1),
    groups: once.groups * repetitions,
    ports: once.ports * repetitions,
    entries: (port) => once.entries(port) * (port === first?.name ? 1 : repetitions),
  }
}

const add = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

function sum(sizes: readonly Size[]): Size {
  const total = { blocks: 0, wires: 0, groups: 0, ports: 0 }
  for (const size of sizes) for (const figure of figures) total[figure] += size[figure]
  return total
}

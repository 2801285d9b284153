/** The graph as wires: connections, build order, and problems that need no shapes. */
import { blockByKind } from '../blocks'
import type { BlockDefinition, PortType } from '../blocks/define'
import { groupBy } from '../collections'
import type { Graph, GraphEdge, GraphNode, PortRef } from '../lab/document'
import type { Diagnostic } from './analysis'
import { cycles } from './components'

/** A node of known kind. */
export interface Place {
  readonly node: GraphNode
  readonly block: BlockDefinition
}

export interface Structure {
  /** Nodes that can be built, each after all its inputs. Excludes nodes on a cycle or of unknown kind. */
  readonly order: readonly Place[]
  /** All nodes, of known kind or not. */
  readonly ids: ReadonlySet<string>
  /** Nodes on a cycle or downstream of one. */
  readonly stuck: readonly string[]
  readonly problems: readonly Diagnostic[]
}

export const portKey = (port: PortRef): string => `${port.node}/${port.port}`

/** The wire at each input port. */
export function wiresByInput(graph: Graph): Map<string, GraphEdge> {
  return new Map(graph.edges.map((edge) => [portKey(edge.to), edge]))
}

/** Own properties only, so that a damaged document cannot name `constructor`. */
export function portOf(ports: Readonly<Record<string, PortType>>, name: string): PortType | undefined {
  return Object.hasOwn(ports, name) ? ports[name] : undefined
}

/** All nodes from which `target` can be reached, including itself, by the wires entering each node. */
export function ancestors(entering: ReadonlyMap<string, readonly GraphEdge[]>, target: string): Set<string> {
  const found = new Set([target])
  for (const node of found) for (const { from } of entering.get(node) ?? []) found.add(from.node)
  return found
}

export function structureOf(graph: Graph): Structure {
  const problems: Diagnostic[] = []
  const known = new Map<string, Place>()
  const ids = new Set<string>()
  for (const node of graph.nodes) {
    if (ids.has(node.id)) problems.push({ code: 'graph.duplicate-node', params: { node: node.id }, node: node.id })
    ids.add(node.id)
    const block = blockByKind(node.kind)
    if (block) known.set(node.id, { node, block })
    else problems.push({ code: 'graph.unknown-block', params: { kind: node.kind, node: node.id }, node: node.id })
  }
  const { order, stuck } = topologicalOrder(graph, known)
  return {
    order,
    ids,
    stuck,
    problems: [
      ...problems,
      ...graph.edges.flatMap((edge) => edgeProblems(edge, ids, known)),
      ...doublyWired(graph),
      ...missingInputs(graph, known),
      ...cycleProblems(graph, stuck),
      ...outputProblems(graph, known),
    ],
  }
}

type Known = ReadonlyMap<string, Place>

/** Problems of a wire to or from an unknown node or port. */
export function edgeProblems({ from, to }: GraphEdge, ids: ReadonlySet<string>, known: Known): Diagnostic[] {
  for (const end of [from, to]) {
    if (!ids.has(end.node)) {
      return [
        {
          code: 'graph.unknown-node',
          params: { node: end.node },
          repair: { label: { code: 'repair.remove-wire', params: {} }, edit: { type: 'disconnect', to } },
        },
      ]
    }
  }
  const source = known.get(from.node)
  const target = known.get(to.node)
  const lost = (node: string, port: string): Diagnostic => ({
    code: 'graph.unknown-port',
    params: { node, port },
    node,
    port,
    repair: { label: { code: 'repair.remove-wire', params: {} }, edit: { type: 'disconnect', to } },
  })
  if (source && !portOf(source.block.outputs, from.port)) return [lost(from.node, from.port)]
  if (target && !portOf(target.block.inputs, to.port)) return [lost(to.node, to.port)]
  return []
}

function doublyWired(graph: Graph): Diagnostic[] {
  const seen = new Set<string>()
  return graph.edges.flatMap(({ to }): Diagnostic[] => {
    const key = portKey(to)
    if (!seen.has(key)) {
      seen.add(key)
      return []
    }
    return [{ code: 'graph.two-wires', params: { node: to.node, port: to.port }, node: to.node, port: to.port }]
  })
}

function missingInputs(graph: Graph, known: Known): Diagnostic[] {
  const plugged = wiresByInput(graph)
  return [...known.values()].flatMap(({ node, block }) =>
    Object.entries(block.inputs)
      .filter(([port, { optional }]) => !optional && !plugged.has(portKey({ node: node.id, port })))
      .map(([port]): Diagnostic => ({ code: 'graph.missing-input', params: { node: node.id, port }, node: node.id, port })),
  )
}

/** Kahn's algorithm, in document order; `stuck` are the nodes on a cycle or downstream of one. */
function topologicalOrder(graph: Graph, known: Known): { order: Place[]; stuck: string[] } {
  const waiting = new Map<string, number>([...known.keys()].map((id) => [id, 0]))
  const leaving = groupBy(
    graph.edges.filter(({ from, to }) => known.has(from.node) && known.has(to.node)),
    ({ from }) => from.node,
  )
  for (const { to } of [...leaving.values()].flat()) waiting.set(to.node, waiting.get(to.node)! + 1)
  const order = [...known.values()].filter(({ node }) => waiting.get(node.id) === 0)
  for (const { node } of order) {
    for (const { to } of leaving.get(node.id) ?? []) {
      const left = waiting.get(to.node)! - 1
      waiting.set(to.node, left)
      if (left === 0) order.push(known.get(to.node)!)
    }
  }
  return { order, stuck: [...known.keys()].filter((id) => waiting.get(id)! > 0) }
}

/** Maximum number of blocks named in the message about a cycle. */
const mostNamed = 8

/** One problem for each node on a cycle, but none for those only downstream. */
function cycleProblems(graph: Graph, stuck: readonly string[]): Diagnostic[] {
  const cycleOf = new Map<string, string>()
  const among = new Set(stuck)
  const leaving = groupBy(
    graph.edges.filter(({ from, to }) => among.has(from.node) && among.has(to.node)),
    ({ from }) => from.node,
  )
  for (const cycle of cycles(stuck, (node) => (leaving.get(node) ?? []).map(({ to }) => to.node))) {
    const names = cycle.slice(0, mostNamed).join(', ') + (cycle.length > mostNamed ? ', …' : '')
    for (const node of cycle) cycleOf.set(node, names)
  }
  return stuck.flatMap((node): Diagnostic[] => {
    const nodes = cycleOf.get(node)
    return nodes === undefined ? [] : [{ code: 'graph.cycle', params: { node, nodes }, node }]
  })
}

/** Requires exactly one output block, reachable from a source. */
function outputProblems(graph: Graph, known: Known): Diagnostic[] {
  const all = [...known.values()]
  const outputs = all.filter(({ block }) => block.family === 'output')
  const sources = all.filter(({ block }) => Object.keys(block.inputs).length === 0)
  const problems: Diagnostic[] = []
  if (sources.length === 0) problems.push({ code: 'graph.no-source', params: {} })
  const [output] = outputs
  if (!output) problems.push({ code: 'graph.no-output', params: {} })
  for (const { node } of outputs.slice(1)) {
    problems.push({
      code: 'graph.two-outputs',
      params: { first: output?.node.id ?? '', second: node.id },
      node: node.id,
      repair: {
        label: { code: 'repair.remove-node', params: { node: node.id } },
        edit: { type: 'removeNodes', nodes: [node.id] },
      },
    })
  }
  if (output && sources.length > 0) {
    const entering = groupBy(graph.edges, ({ to }) => to.node)
    const feeding = ancestors(entering, output.node.id)
    if (!sources.some(({ node }) => feeding.has(node.id))) {
      problems.push({ code: 'graph.no-path', params: { output: output.node.id }, node: output.node.id })
    }
  }
  return problems
}

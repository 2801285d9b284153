/** The graph as wires: what is plugged in where, in which order blocks are built, and what is wrong before any shape is known. */
import { blockByKind } from '../blocks'
import type { BlockDefinition, PortType } from '../blocks/define'
import type { Graph, GraphEdge, GraphNode, PortRef } from '../lab/document'
import type { Diagnostic } from './analysis'

export interface Structure {
  /** Nodes that can be built, each after all that feeds it. Nodes on a cycle or of unknown kind are left out. */
  readonly order: readonly { readonly node: GraphNode; readonly block: BlockDefinition }[]
  readonly problems: readonly Diagnostic[]
}

export const portKey = (port: PortRef): string => `${port.node}/${port.port}`

/** The wire plugged into each input port. */
export function wiresByInput(graph: Graph): Map<string, GraphEdge> {
  return new Map(graph.edges.map((edge) => [portKey(edge.to), edge]))
}

/** Own ports only, so that a damaged document cannot name `constructor`. */
export function portOf(ports: Readonly<Record<string, PortType>>, name: string): PortType | undefined {
  return Object.hasOwn(ports, name) ? ports[name] : undefined
}

/** All nodes from which `target` can be reached, itself included. */
export function ancestors(graph: Graph, target: string): Set<string> {
  const feeding = new Map<string, string[]>()
  for (const { from, to } of graph.edges) feeding.set(to.node, [...(feeding.get(to.node) ?? []), from.node])
  const found = new Set<string>()
  const open = [target]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (found.has(node)) continue
    found.add(node)
    open.push(...(feeding.get(node) ?? []))
  }
  return found
}

export function structureOf(graph: Graph): Structure {
  const problems: Diagnostic[] = []
  const known = new Map<string, { node: GraphNode; block: BlockDefinition }>()
  const ids = new Set<string>()
  for (const node of graph.nodes) {
    if (ids.has(node.id)) problems.push({ code: 'graph.duplicate-node', params: { node: node.id }, node: node.id })
    ids.add(node.id)
    const block = blockByKind(node.kind)
    if (block) known.set(node.id, { node, block })
    else problems.push({ code: 'graph.unknown-block', params: { kind: node.kind, node: node.id }, node: node.id })
  }
  for (const edge of graph.edges) problems.push(...edgeProblems(edge, ids, known))
  problems.push(...doublyWired(graph), ...missingInputs(graph, known))
  const { order, onCycle } = topologicalOrder(graph, known)
  for (const node of onCycle) {
    problems.push({ code: 'graph.cycle', params: { node, nodes: onCycle.join(', ') }, node })
  }
  problems.push(...outputProblems(graph, known))
  return { order, problems }
}

type Known = ReadonlyMap<string, { node: GraphNode; block: BlockDefinition }>

function edgeProblems({ from, to }: GraphEdge, ids: ReadonlySet<string>, known: Known): Diagnostic[] {
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

/** Kahn's algorithm, in document order. */
function topologicalOrder(graph: Graph, known: Known): { order: Structure['order']; onCycle: string[] } {
  const waiting = new Map<string, number>([...known.keys()].map((id) => [id, 0]))
  const leaving = new Map<string, string[]>()
  for (const { from, to } of graph.edges) {
    if (!known.has(from.node) || !known.has(to.node)) continue
    waiting.set(to.node, (waiting.get(to.node) ?? 0) + 1)
    leaving.set(from.node, [...(leaving.get(from.node) ?? []), to.node])
  }
  const ready = [...waiting].filter(([, count]) => count === 0).map(([id]) => id)
  const order: { node: GraphNode; block: BlockDefinition }[] = []
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    const entry = known.get(id)
    if (entry) order.push(entry)
    for (const next of leaving.get(id) ?? []) {
      const left = (waiting.get(next) ?? 0) - 1
      waiting.set(next, left)
      if (left === 0) ready.push(next)
    }
  }
  const built = new Set(order.map(({ node }) => node.id))
  const stuck = new Set([...known.keys()].filter((id) => !built.has(id)))
  // What only hangs behind a cycle is not on it: a node is, if it can reach itself.
  const onCycle = [...stuck].filter((id) => (leaving.get(id) ?? []).some((next) => next === id || reaches(next, id, leaving)))
  return { order, onCycle }
}

function reaches(from: string, target: string, leaving: ReadonlyMap<string, readonly string[]>): boolean {
  const seen = new Set<string>()
  const open = [from]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === target) return true
    if (seen.has(node)) continue
    seen.add(node)
    open.push(...(leaving.get(node) ?? []))
  }
  return false
}

/** Exactly one output block, reached from a source. */
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
    const feeding = ancestors(graph, output.node.id)
    if (!sources.some(({ node }) => feeding.has(node.id))) {
      problems.push({ code: 'graph.no-path', params: { output: output.node.id }, node: output.node.id })
    }
  }
  return problems
}

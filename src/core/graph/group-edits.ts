/** Edits that turn blocks into a group and a group into its blocks, each one undo step. */
import { largest, smallest } from '../collections'
import type { Graph, GraphNode, GroupDefinition, LabDocument, LocalText, PortRef } from '../lab/document'
import { freshId, samePort, type Edit } from './edit'
import { definitionOf, groupKind, portsOfNode, replaceGroup, unfold } from './groups'

/** An unused name for a definition: group, group-2, … */
function freshGroupName({ graph }: LabDocument): string {
  const taken = new Set(Object.keys(graph.groups ?? {}))
  if (!taken.has(groupKind)) return groupKind
  for (let n = 2; ; n++) if (!taken.has(`${groupKind}-${n}`)) return `${groupKind}-${n}`
}

/** Number of the next group, from 1, for its default title. */
export const groupNumber = (document: LabDocument): number => Number(/\d+$/.exec(freshGroupName(document))?.[0] ?? 1)

/** The required inputs of these nodes. */
export const requiredInputs = ({ graph }: LabDocument, ids: readonly string[]): PortRef[] =>
  graph.nodes
    .filter(({ id }) => ids.includes(id))
    .flatMap((node) =>
      Object.entries(portsOfNode(graph, node)?.inputs ?? {}).flatMap(([port, { optional }]) =>
        optional ? [] : [{ node: node.id, port }],
      ),
    )

/**
 * Replaces the given nodes by one group node. Incoming wires become inputs, one per source; ports used outside become outputs; unconnected
 * inner ports in `open` become inputs too. Null for no nodes.
 */
export function groupEdit(
  document: LabDocument,
  ids: readonly string[],
  title: LocalText,
  open: readonly PortRef[] = [],
): { edit: Edit; node: string; group: string } | null {
  const { nodes, edges } = document.graph
  const inside = new Set(ids)
  const chosen = nodes.filter(({ id }) => inside.has(id))
  if (chosen.length === 0) return null

  const entering = edges.filter(({ from, to }) => !inside.has(from.node) && inside.has(to.node))
  const leaving = edges.filter(({ from, to }) => inside.has(from.node) && !inside.has(to.node))
  const sources = unique(entering.map(({ from }) => from))
  const exits = unique(leaving.map(({ from }) => from))
  const unplugged = open.filter((port) => inside.has(port.node) && !edges.some(({ to }) => samePort(to, port)))

  const inputNames = names(
    [...sources.map((source) => entering.find(({ from }) => samePort(from, source))!.to), ...unplugged].map(({ port }) => port),
  )
  const outputNames = names(exits.map(({ port }) => port))
  const definition: GroupDefinition = {
    title,
    nodes: chosen,
    edges: edges.filter(({ from, to }) => inside.has(from.node) && inside.has(to.node)),
    inputs: [
      ...sources.map((source, i) => ({
        name: inputNames[i]!,
        to: entering.filter(({ from }) => samePort(from, source)).map(({ to }) => to),
      })),
      ...unplugged.map((port, i) => ({ name: inputNames[sources.length + i]!, to: [port] })),
    ],
    outputs: exits.map((from, i) => ({ name: outputNames[i]!, from })),
    params: [],
  }
  const group = freshGroupName(document)
  const node = freshId(document, groupKind)
  const connect = [
    ...sources.map((from, i): Edit => ({ type: 'connect', from, to: { node, port: inputNames[i]! } })),
    ...leaving.map(({ from, to }): Edit => ({
      type: 'connect',
      from: { node, port: outputNames[exits.findIndex((exit) => samePort(exit, from))]! },
      to,
    })),
  ]
  const edit: Edit = {
    type: 'batch',
    edits: [
      { type: 'setGroup', group, definition },
      { type: 'removeNodes', nodes: [...inside] },
      { type: 'addNode', kind: groupKind, id: node, position: middle(chosen), params: { group, repeat: 1 } },
      ...connect,
    ],
  }
  return { edit, node, group }
}

/** Replaces a group node by its blocks, with new ids. Its definition is kept. Null if the node is not a group. */
export function ungroupEdit(document: LabDocument, id: string): { edit: Edit; ids: string[] } | null {
  const { graph } = document
  const node = graph.nodes.find((each) => each.id === id)
  const definition = node && definitionOf(graph, node)
  if (!node || !definition) return null
  const taken = new Set<string>()
  const renamed = new Map<string, string>()
  const unfolded = unfold(definition, node, (repetition, inner) => {
    const key = `${repetition}.${inner}`
    const known = renamed.get(key)
    if (known !== undefined) return known
    const fresh = freshId(document, inner.replace(/-\d+$/, ''), taken)
    taken.add(fresh)
    renamed.set(key, fresh)
    return fresh
  })
  const [centre, span] = [middle(definition.nodes), width(definition.nodes)]
  const placed = unfolded.nodes.map((inner, i) => {
    const repetition = Math.floor(i / definition.nodes.length)
    const { x, y } = inner.position
    return {
      ...inner,
      position: { x: node.position.x + x - centre.x + repetition * span, y: node.position.y + y - centre.y },
    }
  })
  const { edges } = replaceGroup(graph, id, unfolded)
  const kept = new Set(graph.edges.filter(({ from, to }) => from.node !== id && to.node !== id))
  const edit: Edit = {
    type: 'batch',
    edits: [
      { type: 'removeNodes', nodes: [id] },
      { type: 'insert', nodes: placed, edges: edges.filter((edge) => !kept.has(edge)) },
    ],
  }
  return { edit, ids: placed.map((each) => each.id) }
}

/** Names of the definitions used by these nodes, at any depth. */
export function usedGroups(graph: Graph, within: readonly GraphNode[]): ReadonlySet<string> {
  const used = new Set<string>()
  const visit = (nodes: readonly GraphNode[]): void => {
    for (const { kind, params } of nodes) {
      const group = params['group']
      if (kind !== groupKind || typeof group !== 'string' || used.has(group)) continue
      used.add(group)
      visit(graph.groups?.[group]?.nodes ?? [])
    }
  }
  visit(within)
  return used
}

/** Definitions not used by any node, at any depth. */
export function unusedGroups({ graph }: LabDocument): string[] {
  const used = usedGroups(graph, graph.nodes)
  return Object.keys(graph.groups ?? {}).filter((group) => !used.has(group))
}

/** The name under which uses of the group set this parameter; undefined if it is not exposed. */
export const exposedName = (definition: GroupDefinition, node: string, param: string): string | undefined =>
  definition.params.find((each) => each.node === node && each.param === param)?.name

/** Exposes a parameter, so that each use has its own value, or removes it from the exposed ones. */
export function toggleExposed(definition: GroupDefinition, node: string, param: string): GroupDefinition {
  const { params } = definition
  if (exposedName(definition, node, param) !== undefined)
    return { ...definition, params: params.filter((each) => each.node !== node || each.param !== param) }
  const taken = new Set(['group', 'repeat', ...params.map(({ name }) => name)])
  let name = param
  for (let n = 2; taken.has(name); n++) name = `${param}-${n}`
  return { ...definition, params: [...params, { name, node, param }] }
}

function unique(ports: readonly PortRef[]): PortRef[] {
  return ports.filter((port, i) => ports.findIndex((other) => samePort(other, port)) === i)
}

/** Makes names unique by numbers: x, x2, x3. */
function names(wished: readonly string[]): string[] {
  const counts = new Map<string, number>()
  return wished.map((name) => {
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return count === 1 ? name : `${name}${count}`
  })
}

function middle(nodes: readonly GraphNode[]): GraphNode['position'] {
  const mean = (of: (node: GraphNode) => number) => Math.round(nodes.reduce((sum, node) => sum + of(node), 0) / nodes.length)
  return { x: mean(({ position }) => position.x), y: mean(({ position }) => position.y) }
}

/** Distance from the first column to the one after the last, in canvas units. */
function width(nodes: readonly GraphNode[]): number {
  const xs = nodes.map(({ position }) => position.x)
  return largest(xs) - smallest(xs) + 200
}

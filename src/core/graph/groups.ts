/**
 * Groups: blocks made of blocks. A node of kind `group` stands for `repeat` copies of its definition in sequence, each with its own
 * weights. Groups are expanded before anything is built (`expansion.ts`), so that later stages see blocks only.
 */
import { blockByKind } from '../blocks'
import type { BlockDefinition, PortType } from '../blocks/define'
import { groupBy } from '../collections'
import type { Graph, GraphEdge, GraphNode, GroupDefinition, PortRef } from '../lab/document'
import { portOf } from './structure'

export const groupKind = 'group'
export const mostRepetitions = 64

/** The name of a node's group definition; undefined for a block. */
export const groupOf = ({ kind, params }: GraphNode): string | undefined =>
  kind === groupKind && typeof params['group'] === 'string' ? params['group'] : undefined

export const definitionOf = (graph: Graph, node: GraphNode): GroupDefinition | undefined => {
  const name = groupOf(node)
  return name !== undefined && graph.groups && Object.hasOwn(graph.groups, name) ? graph.groups[name] : undefined
}

export function repetitionsOf({ params }: GraphNode): number {
  const { repeat = 1 } = params
  return typeof repeat === 'number' && Number.isInteger(repeat) ? Math.min(mostRepetitions, Math.max(1, repeat)) : 1
}

/** The id of an inner node in a repetition, from 1. Unambiguous, because ids in documents contain no dots. */
export const innerId = (node: string, repetition: number, inner: string): string => `${node}.${repetition}.${inner}`

type Ports = Pick<BlockDefinition, 'inputs' | 'outputs'>

/** The ports of a block or group node; undefined for an unknown kind. */
export function portsOfNode(graph: Graph, node: GraphNode): Ports | undefined {
  if (node.kind !== groupKind) return blockByKind(node.kind)
  const definition = definitionOf(graph, node)
  if (!definition) return undefined
  const known = (side: keyof Ports, ports: readonly (readonly [string, PortRef | undefined])[]) =>
    Object.fromEntries(
      ports.flatMap(([name, inner]) => {
        const type = inner && typeBehind(graph, node, definition, side, inner)
        return type ? [[name, type] as const] : []
      }),
    )
  return {
    inputs: known(
      'inputs',
      definition.inputs.map(({ name, to }) => [name, to[0]]),
    ),
    outputs: known(
      'outputs',
      definition.outputs.map(({ name, from }) => [name, from]),
    ),
  }
}

/** The type of the block port behind a port inside a group, through nested groups; undefined if there is none. */
function typeBehind(
  graph: Graph,
  use: GraphNode,
  definition: GroupDefinition,
  side: keyof Ports,
  inner: PortRef,
): PortType | undefined {
  const open = new Set([use.params['group']])
  let port: PortRef | undefined = inner
  for (let within: GroupDefinition | undefined = definition; within && port;) {
    const node = nodeWithin(within, port.node)
    if (!node) return undefined
    if (node.kind !== groupKind) {
      const ports: Ports[keyof Ports] | undefined = blockByKind(node.kind)?.[side]
      return ports && portOf(ports, port.port)
    }
    if (open.has(node.params['group'])) return undefined
    open.add(node.params['group'])
    within = definitionOf(graph, node)
    port = within && portWithin(within, side, port.port)
  }
  return undefined
}

function portWithin({ inputs, outputs }: GroupDefinition, side: keyof Ports, port: string): PortRef | undefined {
  return side === 'inputs' ? inputs.find(({ name }) => name === port)?.to[0] : outputs.find(({ name }) => name === port)?.from
}

const nodesOf = new WeakMap<GroupDefinition, ReadonlyMap<string, GraphNode>>()

function nodeWithin(definition: GroupDefinition, id: string): GraphNode | undefined {
  const nodes = nodesOf.get(definition) ?? new Map(definition.nodes.map((node) => [node.id, node]))
  nodesOf.set(definition, nodes)
  return nodes.get(id)
}

export interface Unfolded {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  /** Inner targets of each input port, and the inner source of each output port. */
  readonly entries: ReadonlyMap<string, readonly PortRef[]>
  readonly exits: ReadonlyMap<string, PortRef>
}

/**
 * Expands one group node by one level. Each repetition's first output feeds the next one's first input; the other inputs feed all
 * repetitions.
 */
export function unfold(
  definition: GroupDefinition,
  node: GraphNode,
  idOf: (repetition: number, inner: string) => string,
): Unfolded {
  const repetitions = Array.from({ length: repetitionsOf(node) }, (_, index) => index + 1)
  const at = (repetition: number, { node: inner, port }: PortRef): PortRef => ({ node: idOf(repetition, inner), port })
  const inner = withSettings(definition, node)
  const [firstInput] = definition.inputs
  const [firstOutput] = definition.outputs
  const edges = repetitions.flatMap((repetition) => {
    const fed = repetition > 1 && firstInput && firstOutput ? firstInput.to : []
    return [
      ...definition.edges.map(({ from, to }) => ({ from: at(repetition, from), to: at(repetition, to) })),
      ...fed.map((to) => ({ from: at(repetition - 1, firstOutput!.from), to: at(repetition, to) })),
    ]
  })
  const entries = definition.inputs.map(({ name, to }, index) => {
    const fedFromOutside = index === 0 ? repetitions.slice(0, 1) : repetitions
    return [name, fedFromOutside.flatMap((repetition) => to.map((port) => at(repetition, port)))] as const
  })
  return {
    nodes: repetitions.flatMap((repetition) => inner.map((each) => ({ ...each, id: idOf(repetition, each.id) }))),
    edges,
    entries: new Map(entries),
    exits: new Map(definition.outputs.map(({ name, from }) => [name, at(repetitions.length, from)])),
  }
}

/** The inner nodes with the settings of this use. */
function withSettings({ nodes, params }: GroupDefinition, use: GraphNode): GraphNode[] {
  const exposed = groupBy(
    params.filter(({ name }) => Object.hasOwn(use.params, name)),
    ({ node }) => node,
  )
  return nodes.map((inner) => {
    const own = (exposed.get(inner.id) ?? []).map(({ name, param }) => [param, use.params[name]] as const)
    return { ...inner, params: { ...inner.params, ...Object.fromEntries(own) }, ...(use.frozen && { frozen: true }) }
  })
}

/** Replaces a group node by its expansion. Wires to unknown ports are dropped. */
export function replaceGroup(
  graph: Pick<Graph, 'nodes' | 'edges'>,
  id: string,
  unfolded: Unfolded,
): Pick<Graph, 'nodes' | 'edges'> {
  return {
    nodes: graph.nodes.flatMap((node) => (node.id === id ? unfolded.nodes : [node])),
    edges: [
      ...graph.edges.flatMap((edge): GraphEdge[] => {
        const { from, to } = edge
        if (from.node !== id && to.node !== id) return [edge]
        const source = from.node === id ? unfolded.exits.get(from.port) : from
        const targets = to.node === id ? (unfolded.entries.get(to.port) ?? []) : [to]
        return source ? targets.map((target) => ({ from: source, to: target })) : []
      }),
      ...unfolded.edges,
    ],
  }
}

/** The port in the expanded graph behind an output of a node; for a block, the port itself. */
export function exitOf(graph: Graph, node: GraphNode, port: string): PortRef {
  let exit: PortRef = { node: node.id, port }
  let use = node
  // Visit each definition once, because a recursive one has no end.
  for (const open = new Set<GroupDefinition>(); ;) {
    const definition = definitionOf(graph, use)
    const from = definition?.outputs.find(({ name }) => name === exit.port)?.from
    const inner = definition && from && nodeWithin(definition, from.node)
    if (!definition || !inner || open.has(definition)) return exit
    open.add(definition)
    use = { ...inner, id: innerId(use.id, repetitionsOf(use), inner.id) }
    exit = { node: use.id, port: from.port }
  }
}

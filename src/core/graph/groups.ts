/**
 * Groups: blocks made of blocks. A node of kind `group` stands for `repeat` copies of its definition, one after another, each with
 * weights of its own. Before anything is built they are replaced by what they are made of, so that nothing behind knows of them.
 */
import { blockByKind } from '../blocks'
import type { BlockDefinition, PortType } from '../blocks/define'
import type { Graph, GraphEdge, GraphNode, GroupDefinition, PortRef } from '../lab/document'
import type { Diagnostic } from './analysis'
import type { Edit } from './edit'

export const groupKind = 'group'
/** As many blocks as a graph may have once all groups are replaced. */
const mostNodes = 4000
export const mostRepetitions = 64

export const definitionOf = (graph: Graph, node: GraphNode): GroupDefinition | undefined => {
  const name = node.kind === groupKind ? node.params['group'] : undefined
  return typeof name === 'string' && graph.groups && Object.hasOwn(graph.groups, name) ? graph.groups[name] : undefined
}

export function repetitionsOf({ params }: GraphNode): number {
  const { repeat = 1 } = params
  return typeof repeat === 'number' && Number.isInteger(repeat) ? Math.min(mostRepetitions, Math.max(1, repeat)) : 1
}

/** The id of an inner node in a repetition, counted from 1. Ids in documents have no dots. */
export const innerId = (node: string, repetition: number, inner: string): string => `${node}.${repetition}.${inner}`

/** The ports of a node, whether it is a block or a group; undefined where its kind is not known. */
export function portsOfNode(graph: Graph, node: GraphNode): Pick<BlockDefinition, 'inputs' | 'outputs'> | undefined {
  return portsWithin(graph, node, new Set())
}

function portsWithin(
  graph: Graph,
  node: GraphNode,
  open: ReadonlySet<string>,
): Pick<BlockDefinition, 'inputs' | 'outputs'> | undefined {
  if (node.kind !== groupKind) return blockByKind(node.kind)
  const definition = definitionOf(graph, node)
  const name = String(node.params['group'])
  if (!definition || open.has(name)) return undefined
  const inside = new Set([...open, name])
  const typeOf = (side: 'inputs' | 'outputs', port: PortRef | undefined): PortType | undefined => {
    const inner = definition.nodes.find(({ id }) => id === port?.node)
    const ports = inner && portsWithin(graph, inner, inside)?.[side]
    return ports && port && Object.hasOwn(ports, port.port) ? ports[port.port] : undefined
  }
  const known = (side: 'inputs' | 'outputs', ports: readonly (readonly [string, PortRef | undefined])[]) =>
    Object.fromEntries(
      ports.flatMap(([port, inner]) => {
        const type = typeOf(side, inner)
        return type ? [[port, type] as const] : []
      }),
    )
  return {
    inputs: known(
      'inputs',
      definition.inputs.map(({ name: port, to }) => [port, to[0]]),
    ),
    outputs: known(
      'outputs',
      definition.outputs.map(({ name: port, from }) => [port, from]),
    ),
  }
}

export interface Unfolded {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  /** Where what comes in at a port goes, and where what goes out comes from. */
  readonly entries: ReadonlyMap<string, readonly PortRef[]>
  readonly exits: ReadonlyMap<string, PortRef>
}

/**
 * What one group node stands for, one level down. From repetition to repetition the first output goes to the first input; what comes
 * in at other ports goes to all of them.
 */
export function unfold(
  definition: GroupDefinition,
  node: GraphNode,
  idOf: (repetition: number, inner: string) => string,
): Unfolded {
  const repetitions = repetitionsOf(node)
  const at = (repetition: number, { node: inner, port }: PortRef): PortRef => ({ node: idOf(repetition, inner), port })
  const nodes: GraphNode[] = []
  const edges: GraphEdge[] = []
  const entries = new Map<string, PortRef[]>(definition.inputs.map(({ name }) => [name, []]))
  const [firstOutput] = definition.outputs
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    nodes.push(
      ...definition.nodes.map((inner) => ({ ...withSettings(definition, node, inner), id: idOf(repetition, inner.id) })),
    )
    edges.push(...definition.edges.map(({ from, to }) => ({ from: at(repetition, from), to: at(repetition, to) })))
    definition.inputs.forEach(({ name, to }, index) => {
      const inner = to.map((port) => at(repetition, port))
      if (repetition === 1 || index > 0) entries.get(name)?.push(...inner)
      else if (firstOutput) edges.push(...inner.map((port) => ({ from: at(repetition - 1, firstOutput.from), to: port })))
    })
  }
  const exits = new Map(definition.outputs.map(({ name, from }) => [name, at(repetitions, from)]))
  return { nodes, edges, entries, exits }
}

/** An inner node with what this use of the group says about it. */
function withSettings({ params }: GroupDefinition, use: GraphNode, inner: GraphNode): GraphNode {
  const own = params.filter(({ node, name }) => node === inner.id && Object.hasOwn(use.params, name))
  return {
    ...inner,
    params: { ...inner.params, ...Object.fromEntries(own.map(({ name, param }) => [param, use.params[name]])) },
    ...(use.frozen && { frozen: true }),
  }
}

/** Puts what a group node stands for in its place. Wires to ports it does not have are lost. */
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

export interface Expanded {
  readonly graph: Graph
  readonly problems: readonly Diagnostic[]
  /** A problem of a block inside groups, as one of the group that the learner sees. */
  readonly outward: (problem: Diagnostic) => Diagnostic
}

/** Where a node of the expanded graph comes from: the group node around it, and the definition it is written in. */
interface Origin {
  readonly use: GraphNode
  readonly group: string
  readonly inner: string
}

/** The graph without groups. What cannot be replaced stays, and is told. */
export function expandGroups(graph: Graph): Expanded {
  let flat: Pick<Graph, 'nodes' | 'edges'> = graph
  const origins = new Map<string, Origin>()
  const problems: Diagnostic[] = []
  const left = new Set<string>()
  for (;;) {
    const node = flat.nodes.find((each) => each.kind === groupKind && !left.has(each.id))
    if (!node) break
    const definition = definitionOf(graph, node)
    const problem = definition ? refusal(node, definition, flat.nodes.length, origins) : unknownGroup(node)
    if (problem) {
      problems.push(problem)
      left.add(node.id)
      continue
    }
    problems.push(...lostWires(node, definition!, flat.edges))
    flat = replaceGroup(
      flat,
      node.id,
      unfold(definition!, node, (repetition, inner) => {
        const id = innerId(node.id, repetition, inner)
        origins.set(id, { use: node, group: String(node.params['group']), inner })
        return id
      }),
    )
  }
  const outward = (problem: Diagnostic) => outwards(graph, origins, problem)
  const kept = flat.nodes.filter(({ id }) => !left.has(id))
  return {
    graph: left.size === 0 && flat === graph ? graph : { nodes: kept, edges: flat.edges.filter(within(kept)) },
    problems: problems.map(outward),
    outward,
  }
}

const within = (nodes: readonly GraphNode[]): ((edge: GraphEdge) => boolean) => {
  const ids = new Set(nodes.map(({ id }) => id))
  return ({ from, to }) => ids.has(from.node) && ids.has(to.node)
}

function unknownGroup({ id, params: { group } }: GraphNode): Diagnostic {
  return { code: 'graph.unknown-group', params: { node: id, group: typeof group === 'string' ? group : '' }, node: id }
}

function refusal(
  node: GraphNode,
  definition: GroupDefinition,
  count: number,
  origins: ReadonlyMap<string, Origin>,
): Diagnostic | undefined {
  const group = String(node.params['group'])
  for (let origin = origins.get(node.id); origin; origin = origins.get(origin.use.id)) {
    if (origin.group === group) return { code: 'graph.group-in-itself', params: { node: node.id, group }, node: node.id }
  }
  const total = count - 1 + definition.nodes.length * repetitionsOf(node)
  if (total > mostNodes)
    return { code: 'graph.too-many-blocks', params: { node: node.id, count: total, most: mostNodes }, node: node.id }
  if (repetitionsOf(node) > 1 && (definition.inputs.length === 0 || definition.outputs.length === 0))
    return {
      code: 'graph.group-not-repeatable',
      params: { node: node.id },
      node: node.id,
      repair: {
        label: { code: 'repair.use', params: { value: '1' } },
        edit: { type: 'setParam', node: node.id, param: 'repeat', value: 1 },
      },
    }
  return undefined
}

function lostWires(node: GraphNode, definition: GroupDefinition, edges: readonly GraphEdge[]): Diagnostic[] {
  const inputs = new Set(definition.inputs.map(({ name }) => name))
  const outputs = new Set(definition.outputs.map(({ name }) => name))
  return edges.flatMap(({ from, to }): Diagnostic[] => {
    const lost =
      to.node === node.id && !inputs.has(to.port) ? to : from.node === node.id && !outputs.has(from.port) ? from : null
    return lost
      ? [
          {
            code: 'graph.unknown-port',
            params: { node: lost.node, port: lost.port },
            node: lost.node,
            port: lost.port,
            repair: { label: { code: 'repair.remove-wire', params: {} }, edit: { type: 'disconnect', to } },
          },
        ]
      : []
  })
}

/** Step by step out of the groups around the node; its own name stays in the sentence. */
function outwards(graph: Graph, origins: ReadonlyMap<string, Origin>, problem: Diagnostic): Diagnostic {
  let { node, port } = problem
  for (let origin = origins.get(node ?? ''); origin; origin = origins.get(node)) {
    const { use, group, inner } = origin
    port = graph.groups?.[group]?.inputs.find(({ to }) => to.some((each) => each.node === inner && each.port === port))?.name
    node = use.id
  }
  const { code, repair } = problem
  const edit = repair && outwardEdit(graph, origins, repair.edit)
  // Nothing is plugged into the group: it is its port that lacks a wire, not those behind it.
  const params = code === 'graph.missing-input' && port !== undefined ? { node: node ?? '', port } : problem.params
  return {
    code,
    params,
    ...(node !== undefined && { node }),
    ...(port !== undefined && { port }),
    ...(edit && { repair: { label: repair.label, edit } }),
  }
}

/** A setting that each use has of its own is set there; all others in the definition. Nothing else can be mended from outside. */
function outwardEdit(graph: Graph, origins: ReadonlyMap<string, Origin>, edit: Edit): Edit | undefined {
  if (edit.type === 'disconnect') return origins.has(edit.to.node) ? undefined : edit
  if (edit.type !== 'setParam') return edit
  const origin = origins.get(edit.node)
  if (!origin) return edit
  const { use, group, inner } = origin
  const own = graph.groups?.[group]?.params.find(({ node, param }) => node === inner && param === edit.param)
  return own
    ? outwardEdit(graph, origins, { ...edit, node: use.id, param: own.name })
    : { type: 'inGroup', group, edit: { ...edit, node: inner } }
}

/** The port of the expanded graph behind an output of a node; the port itself where that is a block. */
export function exitOf(graph: Graph, node: GraphNode, port: string): PortRef {
  const definition = definitionOf(graph, node)
  const from = definition?.outputs.find(({ name }) => name === port)?.from
  const inner = definition?.nodes.find(({ id }) => id === from?.node)
  if (!from || !inner) return { node: node.id, port }
  return exitOf(graph, { ...inner, id: innerId(node.id, repetitionsOf(node), inner.id) }, from.port)
}

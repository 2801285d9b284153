/** Expands all groups of a graph into their blocks, and reports those that cannot be expanded. */
import type { Graph, GraphEdge, GraphNode, GroupDefinition, PortRef } from '../lab/document'
import type { Diagnostic } from './analysis'
import type { Edit } from './edit'
import { tooLarge } from './expansion-size'
import { groupOrder } from './group-order'
import { definitionOf, groupKind, groupOf, innerId, repetitionsOf, unfold, type Unfolded } from './groups'

export interface Expanded {
  readonly graph: Graph
  readonly problems: readonly Diagnostic[]
  /** Maps a problem of a block inside groups to the outer group that the learner sees. */
  readonly outward: (problem: Diagnostic) => Diagnostic
}

/** Origin of a node in the expanded graph: the surrounding group node, and the definition that contains it. */
interface Origin {
  readonly use: GraphNode
  readonly group: string
  readonly inner: string
}

/** The graph without groups. Groups that cannot be expanded are omitted and reported. */
export function expandGroups(graph: Graph): Expanded {
  const origins = new Map<string, Origin>()
  const outward = (problem: Diagnostic) => outwards(graph, origins, problem)
  if (!graph.nodes.some(({ kind }) => kind === groupKind)) return { graph, problems: [], outward }

  const order = groupOrder(graph)
  const problems = tooLarge(graph, order)
  const refused = new Set(problems.map(({ node }) => node))
  const unfolded = new Map<string, Unfolded>()
  const nodes: GraphNode[] = []
  const edges: (readonly GraphEdge[])[] = [graph.edges]
  const pending = graph.nodes.filter(({ id }) => !refused.has(id)).toReversed()
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node.kind !== groupKind) {
      nodes.push(node)
      continue
    }
    const use = node
    const definition = definitionOf(graph, use)
    const group = groupOf(use) ?? ''
    const around = origins.get(use.id)
    const isEndless = around !== undefined && order.holdsItself(around.group, group)
    const problem = definition ? refusal(use, definition, isEndless) : unknownGroup(use)
    if (problem) problems.push(problem)
    if (!definition || problem) continue
    const inside = unfold(definition, use, (repetition, inner) => {
      const id = innerId(use.id, repetition, inner)
      origins.set(id, { use, group, inner })
      return id
    })
    unfolded.set(use.id, inside)
    edges.push(inside.edges)
    for (const inner of inside.nodes.toReversed()) pending.push(inner)
  }

  const led = leadWires(edges.flat(), unfolded)
  const all = [...problems, ...led.problems].map(outward)
  return {
    graph: { nodes, edges: problems.length === 0 ? led.edges : led.edges.filter(within(nodes)) },
    problems: all,
    outward,
  }
}

/** Reconnects wires at group ports to the inner blocks. Wires to unknown ports are dropped and reported. */
function leadWires(
  edges: readonly GraphEdge[],
  unfolded: ReadonlyMap<string, Unfolded>,
): { edges: GraphEdge[]; problems: Diagnostic[] } {
  const led: GraphEdge[] = []
  const problems: Diagnostic[] = []
  for (const edge of edges) {
    const from = sourceBehind(edge.from, unfolded)
    if (unfolded.has(from.node)) {
      problems.push(lostWire(edge, from))
      continue
    }
    const open = [edge.to]
    for (let to = open.pop(); to; to = open.pop()) {
      const group = unfolded.get(to.node)
      if (!group) {
        led.push(from === edge.from && to === edge.to ? edge : { from, to })
        continue
      }
      const entries = group.entries.get(to.port)
      if (!entries) problems.push(lostWire(edge, to))
      else for (const entry of entries.toReversed()) open.push(entry)
    }
  }
  return { edges: led, problems }
}

/** The source behind an output port: a port of a block, or an unknown port of a group. */
function sourceBehind(port: PortRef, unfolded: ReadonlyMap<string, Unfolded>): PortRef {
  let from = port
  for (;;) {
    const exit = unfolded.get(from.node)?.exits.get(from.port)
    if (!exit) return from
    from = exit
  }
}

const lostWire = ({ to }: GraphEdge, { node, port }: PortRef): Diagnostic => ({
  code: 'graph.unknown-port',
  params: { node, port },
  node,
  port,
  repair: { label: { code: 'repair.remove-wire', params: {} }, edit: { type: 'disconnect', to } },
})

const unknownGroup = (node: GraphNode): Diagnostic => ({
  code: 'graph.unknown-group',
  params: { node: node.id, group: groupOf(node) ?? '' },
  node: node.id,
})

const within = (nodes: readonly GraphNode[]): ((edge: GraphEdge) => boolean) => {
  const ids = new Set(nodes.map(({ id }) => id))
  return ({ from, to }) => ids.has(from.node) && ids.has(to.node)
}

function refusal(node: GraphNode, definition: GroupDefinition, isEndless: boolean): Diagnostic | undefined {
  const group = groupOf(node) ?? ''
  if (isEndless) return { code: 'graph.group-in-itself', params: { node: node.id, group }, node: node.id }
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

/** Moves the problem outwards through the groups around its node; the params keep the node's own name. */
function outwards(graph: Graph, origins: ReadonlyMap<string, Origin>, problem: Diagnostic): Diagnostic {
  let { node, port } = problem
  for (let origin = origins.get(node ?? ''); origin; origin = origins.get(node)) {
    const { use, group, inner } = origin
    const inputs = port === undefined ? [] : (graph.groups?.[group]?.inputs ?? [])
    port = inputs.find(({ to }) => to.some((each) => each.node === inner && each.port === port))?.name
    node = use.id
  }
  const { code, repair } = problem
  const edit = repair && outwardEdit(graph, origins, repair.edit)
  // For an unconnected group input, name the group's port instead of the inner ones.
  const params = code === 'graph.missing-input' && port !== undefined ? { node: node ?? '', port } : problem.params
  return {
    code,
    params,
    ...(node !== undefined && { node }),
    ...(port !== undefined && { port }),
    ...(edit && { repair: { label: repair.label, edit } }),
  }
}

/** An exposed setting is edited at the use, any other in the definition. Other edits inside a group have no repair. */
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

/** A graph with all its groups replaced by what they are made of, and what is said of those that cannot be. */
import type { Graph, GraphEdge, GraphNode, GroupDefinition, PortRef } from '../lab/document'
import type { Diagnostic } from './analysis'
import type { Edit } from './edit'
import { tooLarge } from './expansion-size'
import { groupOrder } from './group-order'
import { definitionOf, groupKind, groupOf, innerId, repetitionsOf, unfold, type Unfolded } from './groups'

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

/** The graph without groups. What cannot be replaced is left out, and told. */
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

/** Wires through the ports of groups, to and from the blocks behind them. Wires to ports that a group does not have are lost, and told. */
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

/** What gives what a port gives: a port of a block, or one that a group does not have. */
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

/** Step by step out of the groups around the node; its own name stays in the sentence. */
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

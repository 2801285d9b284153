/** All changes of a lab document, as plain data applied by a pure function, shared by undo, repairs and tests. */
import { dequal } from 'dequal/lite'
import { blockByKind } from '../blocks'
import {
  longestName,
  type GraphEdge,
  type GraphNode,
  type GroupDefinition,
  type LabDocument,
  type LocalText,
  type PortRef,
  type Training,
  shardsOf,
  withShards,
} from '../lab/document'
import { initialiserSchema, type Initialiser } from '../random/initialisers'
import type { TaskRef } from '../tasks/ref'

export type Edit =
  | {
      readonly type: 'addNode'
      readonly kind: string
      readonly id: string
      readonly position: GraphNode['position']
      readonly params?: GraphNode['params']
    }
  | { readonly type: 'insert'; readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] } // paste, duplicate
  | { readonly type: 'removeNodes'; readonly nodes: readonly string[] } // with their wires
  | { readonly type: 'moveNodes'; readonly positions: Readonly<Record<string, GraphNode['position']>> }
  | { readonly type: 'setParam'; readonly node: string; readonly param: string; readonly value: unknown }
  | { readonly type: 'setName'; readonly node: string; readonly name: string } // empty removes it
  | { readonly type: 'setFrozen'; readonly node: string; readonly weight: string | null; readonly frozen: boolean } // weight null: the whole block
  | {
      readonly type: 'setInitialiser'
      readonly node: string
      readonly weight: string
      readonly initialiser: Initialiser | null // null: that of the block
    }
  | { readonly type: 'connect'; readonly from: PortRef; readonly to: PortRef } // replaces the wire at `to`
  | { readonly type: 'disconnect'; readonly to: PortRef }
  | { readonly type: 'setGroup'; readonly group: string; readonly definition: GroupDefinition | null } // null removes it
  | { readonly type: 'inGroup'; readonly group: string; readonly edit: Edit } // affects every use
  | { readonly type: 'setTraining'; readonly training: Partial<Training> }
  | { readonly type: 'setTask'; readonly task: TaskRef }
  | { readonly type: 'setTitle'; readonly title: LocalText }
  | { readonly type: 'batch'; readonly edits: readonly Edit[] } // one undo step

export const samePort = (a: PortRef, b: PortRef): boolean => a.node === b.node && a.port === b.port

function withTraining(before: Training, change: Partial<Training>): Training {
  const after = { ...before, ...change }
  return withShards(after, shardsOf(after))
}

/** The edited document; the same object if nothing changed. Never mutates. */
export function applyEdit(document: LabDocument, edit: Edit): LabDocument {
  const next = editedBy(document, edit)
  return next === document || dequal(next, document) ? document : next
}

/** The edited document, possibly an equal copy. Never mutates. */
export function editedBy(document: LabDocument, edit: Edit): LabDocument {
  const { graph } = document
  const withGraph = (nodes: readonly GraphNode[], edges: readonly GraphEdge[]): LabDocument => ({
    ...document,
    graph: { ...graph, nodes: [...nodes], edges: [...edges] },
  })
  switch (edit.type) {
    case 'addNode': {
      const definition = blockByKind(edit.kind)
      const params = { ...(definition ? definition.params.parse({}) : {}), ...edit.params }
      return withGraph([...graph.nodes, { id: edit.id, kind: edit.kind, params, position: edit.position }], graph.edges)
    }
    case 'insert':
      return withGraph([...graph.nodes, ...edit.nodes], [...graph.edges, ...edit.edges])
    case 'removeNodes': {
      const gone = new Set(edit.nodes)
      return withGraph(
        graph.nodes.filter((node) => !gone.has(node.id)),
        graph.edges.filter((edge) => !gone.has(edge.from.node) && !gone.has(edge.to.node)),
      )
    }
    case 'moveNodes':
      return withGraph(
        graph.nodes.map((node) => {
          const position = edit.positions[node.id]
          return position ? { ...node, position } : node
        }),
        graph.edges,
      )
    case 'setParam':
      return withGraph(
        graph.nodes.map((node) =>
          node.id === edit.node ? { ...node, params: { ...node.params, [edit.param]: edit.value } } : node,
        ),
        graph.edges,
      )
    case 'setName':
      return withGraph(
        graph.nodes.map((node) => (node.id === edit.node ? withName(node, edit.name.trim().slice(0, longestName)) : node)),
        graph.edges,
      )
    case 'setFrozen':
      return withGraph(
        graph.nodes.map((node) => (node.id === edit.node ? withFrozen(node, edit.weight, edit.frozen) : node)),
        graph.edges,
      )
    case 'setInitialiser':
      return withGraph(
        graph.nodes.map((node) => (node.id === edit.node ? withInitialiser(node, edit.weight, edit.initialiser) : node)),
        graph.edges,
      )
    case 'connect':
      return withGraph(graph.nodes, [
        ...graph.edges.filter((edge) => !samePort(edge.to, edit.to)),
        { from: edit.from, to: edit.to },
      ])
    case 'disconnect':
      return withGraph(
        graph.nodes,
        graph.edges.filter((edge) => !samePort(edge.to, edit.to)),
      )
    case 'setGroup': {
      const others = Object.entries(graph.groups ?? {}).filter(([name]) => name !== edit.group)
      const groups = edit.definition ? { ...graph.groups, [edit.group]: edit.definition } : Object.fromEntries(others)
      const { nodes, edges } = graph
      return { ...document, graph: { nodes, edges, ...(Object.keys(groups).length > 0 && { groups }) } }
    }
    case 'inGroup': {
      const definition = graph.groups?.[edit.group]
      if (!definition) return document
      const before = insideOf(document, definition)
      const after = applyEdit(before, edit.edit)
      if (after === before) return document
      const groups = { ...after.graph.groups, [edit.group]: definitionFrom(after, definition) }
      return { ...document, graph: { ...graph, groups } }
    }
    case 'setTraining':
      return { ...document, training: withTraining(document.training, edit.training) }
    case 'setTask':
      return { ...document, task: edit.task }
    case 'setTitle':
      return { ...document, title: edit.title }
    case 'batch':
      return edit.edits.reduce(editedBy, document)
  }
}

/** Pseudo-node for the surroundings of a group, in wires through its ports. */
export const outside = ''

/** A group's definition as a document for editing: its ports become wires from and to {@link outside}. */
export function insideOf(document: LabDocument, definition: GroupDefinition): LabDocument {
  const { nodes, edges, inputs, outputs } = definition
  const entering = inputs.flatMap(({ name, to }) => to.map((port) => ({ from: { node: outside, port: name }, to: port })))
  const leaving = outputs.map(({ name, from }) => ({ from, to: { node: outside, port: name } }))
  return { ...document, graph: { ...document.graph, nodes, edges: [...edges, ...entering, ...leaving] } }
}

/** The definition after editing its inside. Unconnected ports and exposed settings of removed blocks are dropped. */
function definitionFrom({ graph }: LabDocument, before: GroupDefinition): GroupDefinition {
  const entering = graph.edges.filter(({ from }) => from.node === outside)
  const leaving = graph.edges.filter(({ to }) => to.node === outside)
  const ids = new Set(graph.nodes.map(({ id }) => id))
  const ordered = (known: readonly { name: string }[], found: readonly string[]) =>
    [...new Set([...known.map(({ name }) => name), ...found])].filter((name) => found.includes(name))
  return {
    ...before,
    nodes: graph.nodes,
    edges: graph.edges.filter(({ from, to }) => from.node !== outside && to.node !== outside),
    inputs: ordered(
      before.inputs,
      entering.map(({ from }) => from.port),
    ).map((name) => ({ name, to: entering.filter(({ from }) => from.port === name).map(({ to }) => to) })),
    outputs: ordered(
      before.outputs,
      leaving.map(({ to }) => to.port),
    ).map((name) => ({ name, from: leaving.find(({ to }) => to.port === name)!.from })),
    params: before.params.filter(({ node }) => ids.has(node)),
  }
}

const withName = (node: GraphNode, name: string): GraphNode => (name === '' ? without(node, 'name') : { ...node, name })

/** Omits false entries, so that freezing and unfreezing restores the document exactly. */
function withFrozen(node: GraphNode, weight: string | null, frozen: boolean): GraphNode {
  if (weight === null) return frozen ? { ...node, frozen } : without(node, 'frozen')
  return withWeight(node, weight, (settings) => (frozen ? { ...settings, frozen } : without(settings, 'frozen')))
}

const withInitialiser = (node: GraphNode, weight: string, initialiser: Initialiser | null): GraphNode =>
  withWeight(node, weight, (settings) =>
    initialiser ? { ...settings, initialiser: initialiserSchema.parse(initialiser) } : without(settings, 'initialiser'),
  )

type WeightSettings = NonNullable<GraphNode['weights']>[string]
/** Without empty entries. */
function withWeight(node: GraphNode, weight: string, change: (settings: WeightSettings) => WeightSettings): GraphNode {
  const { weights = {}, ...rest } = node
  const { [weight]: settings = {}, ...others } = weights
  const changed = change(settings)
  const all = Object.keys(changed).length > 0 ? { ...others, [weight]: changed } : others
  return Object.keys(all).length > 0 ? { ...rest, weights: all } : rest
}

const without = <T extends object, K extends keyof T>(whole: T, part: K): Omit<T, K> =>
  Object.fromEntries(Object.entries(whole).filter(([name]) => name !== part)) as Omit<T, K>

/** An unused node id: the kind itself, then kind-2, kind-3, … */
export function freshId(document: LabDocument, kind: string, taken: ReadonlySet<string> = new Set()): string {
  const used = new Set([...document.graph.nodes.map((node) => node.id), ...taken])
  if (!used.has(kind)) return kind
  for (let n = 2; ; n++) if (!used.has(`${kind}-${n}`)) return `${kind}-${n}`
}

/** Copies the given nodes and the wires among them, with new ids and an offset position. Returns the edit and the new ids. */
export function duplicateEdit(document: LabDocument, nodes: readonly string[], offset = 32): { edit: Edit; ids: string[] } {
  const renamed = new Map<string, string>()
  const taken = new Set<string>()
  const copies: GraphNode[] = []
  for (const node of document.graph.nodes) {
    if (!nodes.includes(node.id)) continue
    const id = freshId(document, node.kind, taken)
    taken.add(id)
    renamed.set(node.id, id)
    copies.push({ ...structuredCopy(node), id, position: { x: node.position.x + offset, y: node.position.y + offset } })
  }
  const edges = document.graph.edges.flatMap((edge) => {
    const from = renamed.get(edge.from.node)
    const to = renamed.get(edge.to.node)
    return from && to ? [{ from: { node: from, port: edge.from.port }, to: { node: to, port: edge.to.port } }] : []
  })
  return { edit: { type: 'insert', nodes: copies, edges }, ids: copies.map((node) => node.id) }
}

const structuredCopy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

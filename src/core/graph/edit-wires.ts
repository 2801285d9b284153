/** Edits that keep a wire connected: inserting a block into one, and removing blocks from one. Each is one undo step. */
import type { GraphEdge, LabDocument, PortRef } from '../lab/document'
import { applyEdit, samePort, type Edit } from './edit'
import { portsOfNode } from './groups'
import { lookupOf } from './lookup'

/** Whether a wire would be accepted after an edit. */
export type Accepts = (before: Edit, from: PortRef, to: PortRef) => boolean

const batch = (edits: readonly Edit[]): Edit => ({ type: 'batch', edits })
const connect = ({ from, to }: GraphEdge): Edit => ({ type: 'connect', from, to })

/**
 * Extends `place`, which adds or moves the block `id`, by connecting the block between the ends of a wire, at its first matching input and
 * output. Null if none match, or if the block already has wires.
 */
export function insertionEdit(document: LabDocument, place: Edit, id: string, wire: GraphEdge, accepts: Accepts): Edit | null {
  const { graph } = applyEdit(document, place)
  const { nodes, entering, leaving } = lookupOf(graph)
  const node = nodes.get(id)
  if (!node || entering.has(id) || leaving.has(id)) return null
  const ports = portsOfNode(graph, node)
  for (const input of Object.keys(ports?.inputs ?? {})) {
    const into: GraphEdge = { from: wire.from, to: { node: id, port: input } }
    if (!accepts(place, into.from, into.to)) continue
    const entered = [place, connect(into)]
    for (const output of Object.keys(ports?.outputs ?? {})) {
      const out: GraphEdge = { from: { node: id, port: output }, to: wire.to }
      if (accepts(batch(entered), out.from, out.to)) return batch([...entered, connect(out)])
    }
  }
  return null
}

/**
 * Removes blocks and wires; a wire is given by its input port. If a block had a single input wire, that wire's source is connected to the
 * block's targets where it fits. Null if nothing is removed.
 */
export function removalEdit(
  document: LabDocument,
  nodes: readonly string[],
  wires: readonly PortRef[],
  accepts: Accepts,
): Edit | null {
  const gone = new Set(nodes)
  const loose = wires.filter((to) => !gone.has(to.node))
  const edits: Edit[] = loose.map((to) => ({ type: 'disconnect', to }))
  if (nodes.length > 0) edits.push({ type: 'removeNodes', nodes })
  for (const { from, to } of document.graph.edges) {
    if (!gone.has(from.node) || gone.has(to.node) || wires.some((port) => samePort(port, to))) continue
    const source = sourceBefore(document, from, gone, wires)
    if (source && accepts(batch(edits), source, to)) edits.push(connect({ from: source, to }))
  }
  return edits.length > 1 ? batch(edits) : (edits[0] ?? null)
}

/** The source of a removed block's output, followed through removed blocks with one wired input and one output. */
function sourceBefore(
  { graph }: LabDocument,
  from: PortRef,
  gone: ReadonlySet<string>,
  cut: readonly PortRef[],
): PortRef | null {
  const { entering, leaving } = lookupOf(graph)
  const passed = new Set<string>()
  let source = from
  while (gone.has(source.node)) {
    const [only, ...others] = entering.get(source.node) ?? []
    const outputs = new Set(leaving.get(source.node)?.map((wire) => wire.from.port))
    if (!only || others.length > 0 || outputs.size > 1 || passed.has(source.node)) return null
    if (cut.some((port) => samePort(port, only.to))) return null
    passed.add(source.node)
    source = only.from
  }
  return source
}

/** Copies of blocks and their wires as text: JSON that survives any clipboard, and is checked before it is pasted. */
import { z } from 'zod'
import { duplicateEdit, type Edit } from '@core/graph/edit'
import { graph, type LabDocument } from '@core/lab/document'

const clipping = z.object({ format: z.literal('attention-lab-blocks'), graph })

/** The nodes and the wires among them; null when there is nothing to copy. */
export function copyText(document: LabDocument, nodes: readonly string[]): string | null {
  const kept = document.graph.nodes.filter((node) => nodes.includes(node.id))
  if (kept.length === 0) return null
  const edges = document.graph.edges.filter((edge) => nodes.includes(edge.from.node) && nodes.includes(edge.to.node))
  return JSON.stringify({ format: 'attention-lab-blocks', graph: { nodes: kept, edges } }, null, 2)
}

/** One insertion with fresh ids, moved aside; null when the text is not a copy of blocks. */
export function pasteEdit(document: LabDocument, text: string): { edit: Edit; ids: string[] } | null {
  const copied = parse(text)
  if (!copied) return null
  // Duplicated out of a document that holds both; no id of a document has a slash, so the two are never confused.
  const foreign = new Map(copied.nodes.map((node) => [node.id, `pasted/${node.id}`]))
  const nodes = copied.nodes.map((node) => ({ ...node, id: foreign.get(node.id) ?? node.id }))
  const edges = copied.edges.flatMap(({ from, to }) => {
    const source = foreign.get(from.node)
    const target = foreign.get(to.node)
    return source && target ? [{ from: { node: source, port: from.port }, to: { node: target, port: to.port } }] : []
  })
  const both: LabDocument = {
    ...document,
    graph: { nodes: [...document.graph.nodes, ...nodes], edges: [...document.graph.edges, ...edges] },
  }
  return duplicateEdit(
    both,
    nodes.map((node) => node.id),
  )
}

function parse(text: string): z.infer<typeof graph> | null {
  try {
    const parsed = clipping.safeParse(JSON.parse(text))
    return parsed.success && parsed.data.graph.nodes.length > 0 ? parsed.data.graph : null
  } catch {
    return null // not JSON: something else was copied
  }
}

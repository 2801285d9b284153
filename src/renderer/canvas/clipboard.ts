/** Copies blocks and wires as JSON text, which survives any clipboard; validated before pasting. */
import { dequal } from 'dequal/lite'
import { z } from 'zod'
import { duplicateEdit, type Edit } from '@core/graph/edit'
import { groupKind } from '@core/graph/groups'
import { usedGroups } from '@core/graph/group-edits'
import { graph, type Graph, type GraphNode, type LabDocument } from '@core/lab/document'

const clipping = z.object({ format: z.literal('attention-lab-blocks'), graph })

/** The nodes, the wires between them and the definitions of their groups; null if there is nothing to copy. */
export function copyText(document: LabDocument, nodes: readonly string[]): string | null {
  const kept = document.graph.nodes.filter((node) => nodes.includes(node.id))
  if (kept.length === 0) return null
  const edges = document.graph.edges.filter((edge) => nodes.includes(edge.from.node) && nodes.includes(edge.to.node))
  const used = usedGroups(document.graph, kept)
  const groups = Object.entries(document.graph.groups ?? {}).filter(([name]) => used.has(name))
  const copied = { nodes: kept, edges, ...(groups.length > 0 && { groups: Object.fromEntries(groups) }) }
  return JSON.stringify({ format: 'attention-lab-blocks', graph: copied }, null, 2)
}

/** One edit that inserts the blocks with fresh ids and an offset; null if the text is not a copy of blocks. */
export function pasteEdit(document: LabDocument, text: string): { edit: Edit; ids: string[] } | null {
  const foreignGraph = parse(text)
  if (!foreignGraph) return null
  const { graph: copied, edits } = adoptGroups(document, foreignGraph)
  // Duplicated from a document that holds both. Document ids contain no slash, so prefixed ids cannot collide.
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
  const { edit, ids } = duplicateEdit(
    both,
    nodes.map((node) => node.id),
  )
  return { edit: edits.length > 0 ? { type: 'batch', edits: [...edits, edit] } : edit, ids }
}

/** Also copies group definitions. A definition whose name is taken by a different one is renamed everywhere. */
function adoptGroups(document: LabDocument, copied: Graph): { graph: Graph; edits: Edit[] } {
  const known = document.graph.groups ?? {}
  const all = Object.entries(copied.groups ?? {})
  const taken = new Set([...Object.keys(known), ...all.map(([name]) => name)])
  const same = (name: string, definition: unknown): boolean => dequal(known[name], definition)
  const names = new Map(
    all.map(([name, definition]) => {
      if (!Object.hasOwn(known, name) || same(name, definition)) return [name, name]
      let n = 2
      while (taken.has(`${name}-${n}`)) n++
      taken.add(`${name}-${n}`)
      return [name, `${name}-${n}`]
    }),
  )
  const renamed = (nodes: readonly GraphNode[]): GraphNode[] =>
    nodes.map((node) => {
      const name = node.kind === groupKind ? names.get(String(node.params['group'])) : undefined
      return name === undefined ? node : { ...node, params: { ...node.params, group: name } }
    })
  const edits = all.flatMap(([name, definition]): Edit[] =>
    same(name, definition)
      ? []
      : [
          {
            type: 'setGroup',
            group: names.get(name) ?? name,
            definition: { ...definition, nodes: renamed(definition.nodes) },
          },
        ],
  )
  return { graph: { ...copied, nodes: renamed(copied.nodes) }, edits }
}

function parse(text: string): z.infer<typeof graph> | null {
  try {
    const parsed = clipping.safeParse(JSON.parse(text))
    return parsed.success && parsed.data.graph.nodes.length > 0 ? parsed.data.graph : null
  } catch {
    return null // not JSON, so not copied from the canvas
  }
}

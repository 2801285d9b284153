/** Adds a block, or a use of a group with its definition, to a lab. */
import type { GraphNode, LabDocument } from '../lab/document'
import { freshId, type Edit } from './edit'
import { groupKind } from './groups'
import { readyGroups } from './ready-groups'

export interface Addition {
  readonly edit: Edit
  /** The id of the added node. */
  readonly id: string
}

export function addBlockEdit(document: LabDocument, kind: string, position: GraphNode['position']): Addition {
  const id = freshId(document, kind)
  return { id, edit: { type: 'addNode', kind, id, position } }
}

/** Adds a use of a group, with the definition unless the lab has it. Null for an unknown group. */
export function addGroupEdit(document: LabDocument, group: string, position: GraphNode['position']): Addition | null {
  const known = document.graph.groups ?? {}
  const definition = Object.hasOwn(known, group) ? null : readyGroups[group]
  if (definition === undefined) return null
  const id = freshId(document, groupKind)
  const use: Edit = { type: 'addNode', kind: groupKind, id, position, params: { group, repeat: 1 } }
  return { id, edit: definition ? { type: 'batch', edits: [{ type: 'setGroup', group, definition }, use] } : use }
}

/** What the page does with groups beyond their core: names for what is exposed, and a use of a definition added to a lab. */
import { freshId, type Edit } from '@core/graph/edit'
import { groupKind } from '@core/graph/groups'
import { readyGroups } from '@core/graph/ready-groups'
import type { GraphNode, GroupDefinition, LabDocument } from '@core/lab/document'

/** What is dragged from the palette: a kind of block, or a group by its name. */
export const groupItem = (group: string): string => `${groupKind}:${group}`
export const groupOfItem = (item: string): string | null =>
  item.startsWith(`${groupKind}:`) ? item.slice(groupKind.length + 1) : null

export interface Addition {
  readonly edit: Edit
  /** Of the node that is added. */
  readonly id: string
}

export function addBlockEdit(document: LabDocument, kind: string, position: GraphNode['position']): Addition {
  const id = freshId(document, kind)
  return { id, edit: { type: 'addNode', kind, id, position } }
}

/** Adds a use of a group; the definition comes along where the lab does not have it yet. Null where there is no such group. */
export function addGroupEdit(document: LabDocument, group: string, position: GraphNode['position']): Addition | null {
  const known = document.graph.groups ?? {}
  const definition = Object.hasOwn(known, group) ? null : readyGroups[group]
  if (definition === undefined) return null
  const id = freshId(document, groupKind)
  const use: Edit = { type: 'addNode', kind: groupKind, id, position, params: { group, repeat: 1 } }
  return { id, edit: definition ? { type: 'batch', edits: [{ type: 'setGroup', group, definition }, use] } : use }
}

/** The name under which a use of the group sets this parameter; undefined where it is not exposed. */
export const exposedName = (definition: GroupDefinition, node: string, param: string): string | undefined =>
  definition.params.find((each) => each.node === node && each.param === param)?.name

/** Gives each use its own value of a parameter, or takes that back. */
export function toggleExposed(definition: GroupDefinition, node: string, param: string): GroupDefinition {
  const { params } = definition
  if (exposedName(definition, node, param) !== undefined)
    return { ...definition, params: params.filter((each) => each.node !== node || each.param !== param) }
  const taken = new Set(['group', 'repeat', ...params.map(({ name }) => name)])
  let name = param
  for (let n = 2; taken.has(name); n++) name = `${param}-${n}`
  return { ...definition, params: [...params, { name, node, param }] }
}

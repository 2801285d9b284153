/** Actions that add blocks and groups: searchable in both languages, dragged from the palette, or placed next to the selection. */
import { blocks } from '@core/blocks'
import { addBlockEdit, addGroupEdit } from '@core/graph/additions'
import { insertionEdit } from '@core/graph/edit-wires'
import { groupKind } from '@core/graph/groups'
import { readyGroups } from '@core/graph/ready-groups'
import type { GraphEdge, GraphNode, LocalText } from '@core/lab/document'
import { acceptsWires } from '../canvas/accepts'
import { placeFor } from '../canvas/placement'
import { inBoth, textsOf } from '../locales'
import { useInspector } from '../stores/inspector'
import { useLab } from '../stores/lab'
import { useScope } from '../stores/scope'
import type { Action } from './action'
import { isLabOpen } from './file'

export interface AddAction extends Action {
  readonly label: LocalText
  readonly names: readonly string[]
  readonly kind: string
  /** The palette item: the kind of a block, or `group:name` for a group. */
  readonly item: string
}

const adds = (added: Pick<AddAction, 'item' | 'kind' | 'label'>, name: string): AddAction => ({
  ...added,
  id: `block.${added.item}`,
  section: 'blocks',
  names: [...textsOf(added.label), name],
  enabled: isLabOpen,
  perform: () => add(added.item),
})

export const blockActions = (): AddAction[] =>
  blocks.map(({ kind }) => adds({ item: kind, kind, label: inBoth(`blocks.${kind}.name`) }, kind))

/** The lab's own groups and the built-in ones. */
export const groupActions = (): (AddAction & { readonly group: string })[] =>
  Object.entries({ ...readyGroups, ...useLab().document?.graph.groups }).map(([group, { title }]) => ({
    ...adds({ item: groupItem(group), kind: groupKind, label: title }, group),
    group,
  }))

export const groupItem = (group: string): string => `${groupKind}:${group}`

/** Adds next to the selection unless a place is given; with a wire, inserts between its ends if the types fit. */
export function add(item: string, place?: GraphNode['position'], wire?: GraphEdge | null): void {
  const scope = useScope()
  if (!scope.document) return
  const position = place ?? placeFor(scope.document, scope.selection)
  const added = item.startsWith(groupItem(''))
    ? addGroupEdit(scope.document, item.slice(groupItem('').length), position)
    : addBlockEdit(scope.document, item, position)
  if (!added) return
  const between = wire && insertionEdit(scope.document, added.edit, added.id, wire, acceptsWires())
  scope.edit(between ?? added.edit)
  scope.select([added.id])
  useInspector().tab = 'settings'
}

/** What is done to the graph and its selection; each that changes something is one step of undo. */
import { Redo2, Undo2 } from '@lucide/vue'
import { duplicateEdit } from '@core/graph/edit'
import { removalEdit } from '@core/graph/edit-wires'
import { groupEdit, groupNumber, requiredInputs, ungroupEdit } from '@core/graph/group-edits'
import { definitionOf } from '@core/graph/groups'
import { nodeIn } from '@core/graph/scope'
import type { GraphNode } from '@core/lab/document'
import { acceptsWires } from '../canvas/accepts'
import { inBoth } from '../locales'
import { useLab } from '../stores/lab'
import { useScope } from '../stores/scope'
import type { Action } from './action'

export const hasBlocks = (): boolean => (useScope().document?.graph.nodes.length ?? 0) > 0
const hasSelection = (): boolean => useScope().selection.length > 0

export const editActions = [
  {
    id: 'edit.undo',
    section: 'edit',
    icon: Undo2,
    shortcut: '$mod+z',
    enabled: () => useLab().canUndo,
    perform: () => useLab().undo(),
  },
  {
    id: 'edit.redo',
    section: 'edit',
    icon: Redo2,
    shortcut: '$mod+Shift+z',
    otherShortcuts: ['$mod+y'],
    enabled: () => useLab().canRedo,
    perform: () => useLab().redo(),
  },
  {
    id: 'edit.duplicate',
    section: 'edit',
    shortcut: '$mod+d',
    keys: 'canvas',
    enabled: hasSelection,
    perform: duplicate,
  },
  {
    id: 'edit.delete',
    section: 'edit',
    shortcut: 'Delete',
    otherShortcuts: ['Backspace'],
    keys: 'canvas',
    enabled: hasSelection,
    perform: remove,
  },
  { id: 'edit.group', section: 'edit', shortcut: '$mod+g', enabled: hasSelection, perform: group },
  { id: 'edit.ungroup', section: 'edit', shortcut: '$mod+Shift+g', enabled: () => selectedGroup() !== null, perform: ungroup },
  { id: 'edit.openGroup', section: 'edit', enabled: () => selectedGroup() !== null, perform: openGroup },
  {
    id: 'edit.closeGroup',
    section: 'edit',
    enabled: () => useScope().path.length > 0,
    perform: () => useScope().leave(useScope().path.length - 1),
  },
  { id: 'edit.selectAll', section: 'edit', shortcut: '$mod+a', keys: 'canvas', enabled: hasBlocks, perform: selectAll },
] as const satisfies readonly Action[]

function duplicate(): void {
  const scope = useScope()
  if (!scope.document) return
  const { edit, ids } = duplicateEdit(scope.document, scope.selection)
  scope.edit(edit)
  scope.select(ids)
}

function remove(): void {
  const scope = useScope()
  const edit = scope.document && removalEdit(scope.document, scope.selection, [], acceptsWires())
  if (edit) scope.edit(edit)
}

function selectAll(): void {
  const scope = useScope()
  scope.select(scope.document?.graph.nodes.map(({ id }) => id) ?? [])
}

/** The group that alone is selected. */
function selectedGroup(): GraphNode | null {
  const { document } = useLab()
  const scope = useScope()
  const [id = '', ...others] = scope.selection
  const node = scope.document && others.length === 0 ? nodeIn(scope.document, id) : undefined
  return node && document && definitionOf(document.graph, node) ? node : null
}

function group(): void {
  const scope = useScope()
  const { document, selection } = scope
  if (!document) return
  const number = groupNumber(document)
  const title = inBoth(number > 1 ? 'groups.untitledNumber' : 'groups.untitled', { number })
  const made = groupEdit(document, selection, title, requiredInputs(document, selection))
  if (!made) return
  scope.edit(made.edit)
  scope.select([made.node])
}

function ungroup(): void {
  const scope = useScope()
  const node = selectedGroup()
  const undone = scope.document && node && ungroupEdit(scope.document, node.id)
  if (!undone) return
  scope.edit(undone.edit)
  scope.select(undone.ids)
}

function openGroup(): void {
  const node = selectedGroup()
  if (node) useScope().enter(node.id)
}

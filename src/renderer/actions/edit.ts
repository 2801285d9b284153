/** Edits of the graph and its selection; each change is one undo step. */
import { Redo2, Undo2 } from '@lucide/vue'
import { duplicateEdit } from '@core/graph/edit'
import { removalEdit } from '@core/graph/edit-wires'
import { groupEdit, groupNumber, requiredInputs, ungroupEdit } from '@core/graph/group-edits'
import { definitionOf } from '@core/graph/groups'
import { nodeIn } from '@core/graph/scope'
import type { GraphNode } from '@core/lab/document'
import { acceptsWires } from '../canvas/accepts'
import { inBoth } from '../locales'
import { useCanvasHandle } from '../stores/canvas'
import { useInspector } from '../stores/inspector'
import { useLab } from '../stores/lab'
import { useNotices } from '../stores/notices'
import { usePanels } from '../stores/panels'
import { useProblems } from '../stores/problems'
import { useScope } from '../stores/scope'
import type { Action } from './action'
import { focusSoon } from './focus'

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
  {
    id: 'edit.deleteWire',
    section: 'edit',
    enabled: () => selectedWires() > 0 && !hasSelection(),
    perform: () => useCanvasHandle().handle?.remove(),
  },
  {
    id: 'edit.rename',
    section: 'edit',
    shortcut: 'F2',
    keys: 'canvas',
    enabled: () => onlySelected() !== null,
    perform: rename,
  },
  {
    id: 'edit.connect',
    section: 'edit',
    shortcut: 'c',
    keys: 'canvas',
    enabled: () => onlySelected() !== null && useCanvasHandle().handle !== null,
    perform: () => useCanvasHandle().handle?.connect(onlySelected()?.id ?? ''),
  },
  { id: 'edit.check', section: 'edit', enabled: hasBlocks, perform: check },
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

/** Lists the problems that prevent training. */
async function check(): Promise<void> {
  if (!(await useProblems().check())) useNotices().tell('canvas.noProblems')
}

const selectedWires = (): number => useCanvasHandle().handle?.wires.value ?? 0

/** The selected block if exactly one is selected. */
function onlySelected(): GraphNode | null {
  const scope = useScope()
  const [id = '', ...others] = scope.selection
  return (scope.document && others.length === 0 ? nodeIn(scope.document, id) : null) ?? null
}
/** The selected group if exactly one is selected. */
function selectedGroup(): GraphNode | null {
  const { document } = useLab()
  const node = onlySelected()
  return node && document && definitionOf(document.graph, node) ? node : null
}

/** The name is edited in the inspector; for a group it is one of the settings. */
function rename(): void {
  usePanels().setOpen('right', true)
  if (!selectedGroup()) focusSoon('[data-testid="field-block-name"]')
  else {
    useInspector().tab = 'settings'
    focusSoon('[data-testid="field-group-name"]')
  }
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

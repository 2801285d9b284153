/** Everything that can be done, in one table: id (also that of the native menu), shortcut, whether it can be done now, and how. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { blocks } from '@core/blocks'
import { duplicateEdit } from '@core/graph/edit'
import { freshGroupName, groupEdit, ungroupEdit } from '@core/graph/group-edits'
import { definitionOf, portsOfNode } from '@core/graph/groups'
import { readyGroups } from '@core/graph/ready-groups'
import type { GraphNode, LocalText } from '@core/lab/document'
import { addBlockEdit, addGroupEdit } from '@core/graph/additions'
import { nodeIn } from '@core/graph/scope'
import { useHost } from './api/host'
import { groupItem, groupOfItem } from './actions/items'
import { i18n, localText } from './locales'
import { blockNames, namesOf } from './search/names'
import { placeFor } from './canvas/placement'
import { useFiles } from './stores/files'
import { useGeneration } from './stores/generation'
import { useLab } from './stores/lab'
import { useNotices } from './stores/notices'
import { usePrompts } from './stores/prompts'
import { useRun } from './stores/run'
import { useScope } from './stores/scope'
import { useSettings } from './stores/settings'
import { useWorkspace } from './stores/workspace'

export type Section = 'file' | 'edit' | 'training' | 'view' | 'blocks' | 'labs' | 'help'

export interface Command {
  readonly id: string
  readonly section: Section
  /** As tinykeys writes it; `$mod` is Ctrl, or Cmd on a Mac. */
  readonly shortcut?: string
  /** Who listens for the shortcut: a key alone only where nothing is typed; the canvas itself for what belongs to it. */
  readonly keys?: 'everywhere' | 'idle' | 'canvas'
  readonly enabled?: () => boolean
  readonly perform: () => unknown
}

/** What the canvas can be asked for. */
export interface CanvasHandle {
  fit(): void
  tidy(): Promise<void>
}

export const useCommands = defineStore('commands', () => {
  const lab = useLab()
  const scope = useScope()
  const files = useFiles()
  const run = useRun()
  const settings = useSettings()
  const prompts = usePrompts()
  const workspace = useWorkspace()
  const generation = useGeneration()
  const notices = useNotices()
  const canvas = shallowRef<CanvasHandle | null>(null)

  const isOpen = (): boolean => lab.document !== null
  const hasSelection = (): boolean => scope.selection.length > 0
  const hasBlocks = (): boolean => (scope.document?.graph.nodes.length ?? 0) > 0

  const table: readonly Command[] = [
    { id: 'file.new', section: 'file', shortcut: 'Alt+KeyN', perform: files.newLab },
    { id: 'file.open', section: 'file', shortcut: '$mod+o', perform: files.openFile },
    { id: 'file.save', section: 'file', shortcut: '$mod+s', enabled: isOpen, perform: files.save },
    { id: 'file.saveAs', section: 'file', shortcut: '$mod+Shift+s', enabled: isOpen, perform: files.saveAs },
    { id: 'file.gallery', section: 'file', perform: () => (prompts.overlay = 'gallery') },

    { id: 'edit.undo', section: 'edit', shortcut: '$mod+z', enabled: () => lab.canUndo, perform: lab.undo },
    { id: 'edit.redo', section: 'edit', shortcut: '$mod+Shift+z', enabled: () => lab.canRedo, perform: lab.redo },
    { id: 'edit.duplicate', section: 'edit', shortcut: '$mod+d', keys: 'canvas', enabled: hasSelection, perform: duplicate },
    { id: 'edit.delete', section: 'edit', shortcut: 'Delete', keys: 'canvas', enabled: hasSelection, perform: remove },
    { id: 'edit.group', section: 'edit', shortcut: '$mod+g', enabled: hasSelection, perform: group },
    {
      id: 'edit.ungroup',
      section: 'edit',
      shortcut: '$mod+Shift+g',
      enabled: () => selectedGroup() !== null,
      perform: ungroup,
    },
    { id: 'edit.openGroup', section: 'edit', enabled: () => selectedGroup() !== null, perform: () => openGroup() },
    { id: 'edit.closeGroup', section: 'edit', enabled: () => depth() > 0, perform: () => scope.leave(depth() - 1) },
    { id: 'edit.selectAll', section: 'edit', shortcut: '$mod+a', keys: 'canvas', enabled: hasBlocks, perform: selectAll },

    { id: 'training.toggle', section: 'training', shortcut: 'Space', keys: 'idle', enabled: isOpen, perform: run.toggle },
    {
      id: 'training.step',
      section: 'training',
      shortcut: '.',
      keys: 'idle',
      enabled: () => run.canStep,
      perform: run.step,
    },
    { id: 'training.stop', section: 'training', enabled: () => run.active, perform: run.stop },
    { id: 'training.continue', section: 'training', enabled: () => run.resumable || run.extendable, perform: run.goOn },
    { id: 'training.again', section: 'training', enabled: () => run.status !== null, perform: run.trainAgain },
    { id: 'training.runs', section: 'training', perform: () => (prompts.overlay = 'runs') },
    { id: 'training.generate', section: 'training', enabled: () => generation.kind !== null, perform: showGeneration },

    { id: 'view.palette', section: 'view', shortcut: '$mod+k', perform: () => (prompts.overlay = 'palette') },
    { id: 'view.findBlock', section: 'view', shortcut: 'a', keys: 'idle', enabled: isOpen, perform: findBlock },
    { id: 'view.fit', section: 'view', shortcut: 'f', keys: 'canvas', enabled: hasBlocks, perform: () => canvas.value?.fit() },
    { id: 'view.tidy', section: 'view', enabled: hasBlocks, perform: () => canvas.value?.tidy() },
    { id: 'view.left', section: 'view', shortcut: 'Alt+Digit1', perform: () => settings.toggle('left') },
    { id: 'view.bottom', section: 'view', shortcut: 'Alt+Digit2', perform: () => settings.toggle('bottom') },
    { id: 'view.right', section: 'view', shortcut: 'Alt+Digit3', perform: () => settings.toggle('right') },
    { id: 'view.light', section: 'view', perform: () => (settings.theme = 'light') },
    { id: 'view.dark', section: 'view', perform: () => (settings.theme = 'dark') },
    { id: 'view.system', section: 'view', perform: () => (settings.theme = 'system') },
    { id: 'view.projector', section: 'view', perform: () => (settings.projector = !settings.projector) },
    { id: 'view.english', section: 'view', perform: () => (settings.language = 'en') },
    { id: 'view.chinese', section: 'view', perform: () => (settings.language = 'zh') },
    {
      id: 'help.shortcuts',
      section: 'help',
      shortcut: 'Shift+?',
      keys: 'idle',
      perform: () => (prompts.overlay = 'shortcuts'),
    },
  ]
  const byId = new Map(table.map((command) => [command.id, command]))

  function duplicate(): void {
    if (!scope.document) return
    const { edit, ids } = duplicateEdit(scope.document, scope.selection)
    scope.edit(edit)
    scope.select(ids)
  }
  function remove(): void {
    scope.edit({ type: 'removeNodes', nodes: scope.selection })
  }
  function selectAll(): void {
    scope.select(scope.document?.graph.nodes.map(({ id }) => id) ?? [])
  }
  const depth = (): number => scope.path.length
  /** The group that alone is selected. */
  function selectedGroup(): GraphNode | null {
    const [id = '', ...others] = scope.selection
    const node = scope.document && others.length === 0 ? nodeIn(scope.document, id) : undefined
    return node && lab.document && definitionOf(lab.document.graph, node) ? node : null
  }
  /** Inputs that lead nowhere yet stay reachable: they become ports of the group. */
  function group(): void {
    const { document: scoped, selection } = scope
    if (!scoped) return
    const open = scoped.graph.nodes
      .filter(({ id }) => selection.includes(id))
      .flatMap((node) =>
        Object.entries(portsOfNode(scoped.graph, node)?.inputs ?? {}).flatMap(([port, { optional }]) =>
          optional ? [] : [{ node: node.id, port }],
        ),
      )
    const number = Number(/\d+$/.exec(freshGroupName(scoped))?.[0] ?? 1)
    const made = groupEdit(scoped, selection, newGroupTitle(number), open)
    if (!made) return
    scope.edit(made.edit)
    scope.select([made.node])
  }
  function newGroupTitle(number: number): LocalText {
    const title = (locale: 'en' | 'zh') =>
      i18n.global.t(number > 1 ? 'groups.untitledNumber' : 'groups.untitled', { number }, { locale })
    return { en: title('en'), zh: title('zh') }
  }
  function ungroup(): void {
    const node = selectedGroup()
    const undone = scope.document && node && ungroupEdit(scope.document, node.id)
    if (!undone) return
    scope.edit(undone.edit)
    scope.select(undone.ids)
  }
  function openGroup(): void {
    const node = selectedGroup()
    if (node) scope.enter(node.id)
  }
  function showGeneration(): void {
    settings.layout.bottom.collapsed = false
    generation.view = 'generation'
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-generation]')?.focus())
  }
  function findBlock(): void {
    settings.layout.left.collapsed = false
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-testid="palette-find"]')?.focus())
  }

  /** Adds a kind of block or a group, as the palette names them: beside what is selected, unless a place is given. */
  function add(item: string, place?: GraphNode['position']): void {
    if (!scope.document) return
    const position = place ?? placeFor(scope.document, scope.selection)
    const name = groupOfItem(item)
    const added = name === null ? addBlockEdit(scope.document, item, position) : addGroupEdit(scope.document, name, position)
    if (!added) return
    scope.edit(added.edit)
    scope.select([added.id])
  }
  /** Groups to be added, with their titles: the lab's own, and those that come with the application. */
  const groups = computed(() =>
    Object.entries({ ...readyGroups, ...lab.document?.graph.groups }).map(([name, { title }]) => ({ name, title })),
  )

  const canPerform = ({ enabled }: Command): boolean => enabled?.() ?? true
  /** By id; what cannot be done now is not done. Unknown ids (of another version's menu) mean nothing. */
  function perform(id: string): void {
    const command = byId.get(id)
    if (!command || !canPerform(command)) return
    void notices.attempt(async () => {
      await command.perform()
    })
  }
  useHost().on('menu.command', ({ command }) => perform(command))

  /** All there is to find: commands, blocks to add, labs to open, each by its names in both languages. */
  function findable(): { command: Command; label: string; names: string[]; params: Record<string, string> }[] {
    const named = (command: Command, key: string, names: string[], params: Record<string, string> = {}) => ({
      command,
      label: key,
      names,
      params,
    })
    return [
      ...table.filter(canPerform).map((command) => named(command, `commands.${command.id}`, namesOf(`commands.${command.id}`))),
      ...(isOpen() ? blocks : []).map(({ kind }) =>
        named({ id: `block.${kind}`, section: 'blocks', perform: () => add(kind) }, `blocks.${kind}.name`, blockNames(kind)),
      ),
      ...(isOpen() ? groups.value : []).map(({ name, title }) =>
        named(
          { id: `block.${groupItem(name)}`, section: 'blocks', perform: () => add(groupItem(name)) },
          'groups.named',
          [name, ...(typeof title === 'string' ? [title] : [title.en, title.zh])],
          { name: localText(title) },
        ),
      ),
      ...workspace.labs.map(({ id, document: { title } }) =>
        named(
          { id: `lab.${id}`, section: 'labs', perform: () => files.openBuiltIn(id) },
          'commands.openLab',
          [id, ...(typeof title === 'string' ? [title] : [title.en, title.zh])],
          { name: localText(title) },
        ),
      ),
    ]
  }
  return { table, canvas, canPerform, perform, add, groups, findable }
})

const mac = typeof navigator !== 'undefined' && /mac/i.test(navigator.platform)

/** As it stands on the keys: Ctrl+Shift+Z, or ⇧⌘Z on a Mac. */
export function shortcutText(shortcut: string | undefined): string | undefined {
  const keys = shortcut?.split('+').map((key) => (key.length === 1 ? key.toUpperCase() : key.replace(/^(Key|Digit)/, '')))
  if (!keys) return undefined
  if (keys.at(-1) === '?') return '?'
  return mac
    ? keys.map((key) => ({ $mod: '⌘', Shift: '⇧', Alt: '⌥' })[key] ?? key).join('')
    : keys.map((key) => (key === '$mod' ? 'Ctrl' : key)).join('+')
}

/** Everything that can be done, in one table: id (also that of the native menu), shortcut, whether it can be done now, and how. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { blocks } from '@core/blocks'
import { duplicateEdit, freshId } from '@core/graph/edit'
import { useHost } from './api/host'
import { localText } from './locales'
import { blockNames, namesOf } from './names'
import { placeFor } from './placement'
import { useLab } from './stores/lab'
import { useNotices } from './stores/notices'
import { usePrompts } from './stores/prompts'
import { useRun } from './stores/run'
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
  const run = useRun()
  const settings = useSettings()
  const prompts = usePrompts()
  const workspace = useWorkspace()
  const notices = useNotices()
  const canvas = shallowRef<CanvasHandle | null>(null)

  const isOpen = (): boolean => lab.document !== null
  const hasSelection = (): boolean => lab.selection.length > 0
  const hasBlocks = (): boolean => (lab.document?.graph.nodes.length ?? 0) > 0

  const table: readonly Command[] = [
    { id: 'file.new', section: 'file', shortcut: 'Alt+KeyN', perform: lab.newLab },
    { id: 'file.open', section: 'file', shortcut: '$mod+o', perform: lab.openFile },
    { id: 'file.save', section: 'file', shortcut: '$mod+s', enabled: isOpen, perform: lab.save },
    { id: 'file.saveAs', section: 'file', shortcut: '$mod+Shift+s', enabled: isOpen, perform: lab.saveAs },
    { id: 'file.gallery', section: 'file', perform: () => (prompts.overlay = 'gallery') },

    { id: 'edit.undo', section: 'edit', shortcut: '$mod+z', enabled: () => lab.canUndo, perform: lab.undo },
    { id: 'edit.redo', section: 'edit', shortcut: '$mod+Shift+z', enabled: () => lab.canRedo, perform: lab.redo },
    { id: 'edit.duplicate', section: 'edit', shortcut: '$mod+d', keys: 'canvas', enabled: hasSelection, perform: duplicate },
    { id: 'edit.delete', section: 'edit', shortcut: 'Delete', keys: 'canvas', enabled: hasSelection, perform: remove },
    { id: 'edit.selectAll', section: 'edit', shortcut: '$mod+a', keys: 'canvas', enabled: hasBlocks, perform: selectAll },

    { id: 'training.toggle', section: 'training', shortcut: 'Space', keys: 'idle', enabled: isOpen, perform: toggleTraining },
    {
      id: 'training.step',
      section: 'training',
      shortcut: '.',
      keys: 'idle',
      enabled: () => isOpen() && !run.running,
      perform: run.step,
    },
    { id: 'training.stop', section: 'training', enabled: () => run.active, perform: run.stop },
    { id: 'training.restart', section: 'training', enabled: isOpen, perform: run.restart },
    { id: 'training.runs', section: 'training', perform: () => (prompts.overlay = 'runs') },

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
    if (!lab.document) return
    const { edit, ids } = duplicateEdit(lab.document, lab.selection)
    lab.apply(edit)
    lab.select(ids)
  }
  function remove(): void {
    lab.apply({ type: 'removeNodes', nodes: lab.selection })
  }
  function selectAll(): void {
    lab.select(lab.document?.graph.nodes.map(({ id }) => id) ?? [])
  }
  function toggleTraining(): Promise<void> {
    return run.running ? run.pause() : run.play()
  }
  function findBlock(): void {
    settings.layout.left.collapsed = false
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-testid="palette-find"]')?.focus())
  }

  function addBlock(kind: string): void {
    if (!lab.document) return
    const id = freshId(lab.document, kind)
    lab.apply({ type: 'addNode', kind, id, position: placeFor(lab.document, lab.selection) })
    lab.select([id])
  }

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
        named(
          { id: `block.${kind}`, section: 'blocks', perform: () => addBlock(kind) },
          `blocks.${kind}.name`,
          blockNames(kind),
        ),
      ),
      ...workspace.labs.map(({ id, document: { title } }) =>
        named(
          { id: `lab.${id}`, section: 'labs', perform: () => lab.openBuiltIn(id) },
          'commands.openLab',
          [id, ...(typeof title === 'string' ? [title] : [title.en, title.zh])],
          { name: localText(title) },
        ),
      ),
    ]
  }
  return { table, canvas, canPerform, perform, addBlock, findable }
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

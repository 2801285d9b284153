// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { blocks } from '@core/blocks'
import { shortcutText, useCommands } from './commands'
import { i18n } from './locales'
import { search } from './search/fuzzy'
import { useFiles } from './stores/files'
import { useLab } from './stores/lab'
import { usePrompts } from './stores/prompts'
import { useScope } from './stores/scope'
import { useSettings } from './stores/settings'
import { useWorkspace } from './stores/workspace'
import { fakeHost, smallLab, type FakeHost } from './testing/fake-host'

let host: FakeHost
beforeEach(() => {
  localStorage.clear()
  host = fakeHost()
  host.labs.set('small', smallLab())
})

describe('commands', () => {
  it('all have a name in both languages, and an id and shortcut of their own', () => {
    const { table } = useCommands()
    for (const { id } of table)
      for (const locale of ['en', 'zh'] as const) expect(i18n.global.te(`commands.${id}`, locale), id).toBe(true)
    expect(new Set(table.map(({ id }) => id)).size).toBe(table.length)
    const shortcuts = table.flatMap(({ shortcut }) => shortcut ?? [])
    expect(new Set(shortcuts).size).toBe(shortcuts.length)
  })

  it('do nothing while they cannot be done', () => {
    const commands = useCommands()
    const lab = useLab()
    commands.perform('edit.delete')
    commands.perform('edit.undo')
    commands.perform('training.stop')
    expect(lab.document).toBeNull()
    expect(host.callsOf('runs.command')).toEqual([])
  })

  it('edit the selection, each as one step of undo', () => {
    const commands = useCommands()
    const lab = useLab()
    const scope = useScope()
    useFiles().open(smallLab())
    commands.perform('edit.selectAll')
    commands.perform('edit.duplicate')
    expect(lab.document?.graph.nodes).toHaveLength(6)
    expect(scope.selection).toHaveLength(3)
    commands.perform('edit.delete')
    expect(lab.document?.graph.nodes).toHaveLength(3)
    lab.undo()
    lab.undo()
    expect(lab.document).toEqual(smallLab())
  })

  it('come from the native menu by the same names; unknown ones mean nothing', async () => {
    const settings = useSettings()
    useCommands()
    await vi.waitFor(() => expect(host.callsOf('labs.list')).toHaveLength(1))
    host.emit('menu.command', { command: 'no.such.command' })
    host.emit('menu.command', { command: 'view.dark' })
    await vi.waitFor(() => expect(settings.theme).toBe('dark'))
  })

  it('add every kind of block, selected, where none stands yet', () => {
    const commands = useCommands()
    const lab = useLab()
    const scope = useScope()
    useFiles().open(smallLab())
    for (const { kind } of blocks) commands.add(kind)
    const nodes = lab.document?.graph.nodes ?? []
    expect(nodes).toHaveLength(3 + blocks.length)
    expect(new Set(nodes.map(({ position }) => `${position.x} ${position.y}`)).size).toBe(nodes.length)
    expect(scope.selection).toEqual([nodes.at(-1)?.id])
  })
})

describe('what can be found', () => {
  it('is commands, blocks and labs, by a name in either language', async () => {
    const commands = useCommands()
    useFiles().open(smallLab())
    await vi.waitFor(() => expect(useWorkspace().labs).toHaveLength(1))
    const find = (query: string) => search(query, commands.findable(), ({ names }) => names).map(({ command }) => command.id)
    expect(find('multi h')[0]).toBe('block.multi-head')
    expect(find('多头')).toEqual(['block.multi-head'])
    expect(find('small')[0]).toBe('lab.small')
    expect(find('深色')).toEqual(['view.dark'])
    expect(find('undo')).not.toContain('edit.undo')
  })

  it('opens a lab', async () => {
    const commands = useCommands()
    await vi.waitFor(() => expect(useWorkspace().labs).toHaveLength(1))
    usePrompts().overlay = 'gallery'
    await commands
      .findable()
      .find(({ command }) => command.id === 'lab.small')
      ?.command.perform()
    expect(useLab().document).toEqual(smallLab())
    expect(usePrompts().overlay).toBeNull()
  })
})

describe('a shortcut as text', () => {
  it.each([
    ['$mod+z', 'Ctrl+Z'],
    ['$mod+Shift+s', 'Ctrl+Shift+S'],
    ['Alt+Digit1', 'Alt+1'],
    ['Shift+?', '?'],
    ['Delete', 'Delete'],
    [undefined, undefined],
  ])('%s is %s', (shortcut, text) => {
    expect(shortcutText(shortcut)).toBe(text)
  })
})

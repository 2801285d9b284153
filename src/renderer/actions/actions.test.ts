// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { blocks } from '@core/blocks'
import texts from '@core/locales/en/commands.json'
import { search } from '../search/fuzzy'
import { useFiles } from '../stores/files'
import { useInspector } from '../stores/inspector'
import { useLab } from '../stores/lab'
import { usePrompts } from '../stores/prompts'
import { useScope } from '../stores/scope'
import { useSettings } from '../stores/settings'
import { useWorkspace } from '../stores/workspace'
import { fakeHost, smallLab, type FakeHost } from '../testing/fake-host'
import { labelOf, namesOf, shortcutsOf, shortcutText } from './action'
import { add } from './add'
import { useActions } from './store'
import { actions } from './table'

let host: FakeHost
beforeEach(() => {
  localStorage.clear()
  host = fakeHost()
  host.labs.set('small', smallLab())
})

describe('actions', () => {
  it('all have a label, a unique id and a unique shortcut', () => {
    expect(actions.map(({ id }) => id).sort()).toEqual(Object.keys(texts).sort())
    const shortcuts = actions.flatMap(shortcutsOf)
    expect(new Set(shortcuts).size).toBe(shortcuts.length)
  })

  it('do nothing while disabled', () => {
    const { perform } = useActions()
    const lab = useLab()
    perform('edit.delete')
    perform('edit.undo')
    perform('training.stop')
    expect(lab.document).toBeNull()
    expect(host.callsOf('runs.command')).toEqual([])
  })

  it('edit the selection, one undo step each', () => {
    const { perform } = useActions()
    const lab = useLab()
    const scope = useScope()
    useFiles().open(smallLab())
    perform('edit.selectAll')
    perform('edit.duplicate')
    expect(lab.document?.graph.nodes).toHaveLength(6)
    expect(scope.selection).toHaveLength(3)
    perform('edit.delete')
    expect(lab.document?.graph.nodes).toHaveLength(3)
    lab.undo()
    lab.undo()
    expect(lab.document).toEqual(smallLab())
  })

  it('run by id from the native menu; unknown ids are ignored', async () => {
    const settings = useSettings()
    useActions()
    useWorkspace()
    await vi.waitFor(() => expect(host.callsOf('labs.list')).toHaveLength(1))
    host.emit('menu.command', { command: 'no.such.command' })
    host.emit('menu.command', { command: 'view.dark' })
    await vi.waitFor(() => expect(settings.theme).toBe('dark'))
  })

  it('add every kind of block in a free place and select it', () => {
    const lab = useLab()
    const scope = useScope()
    useFiles().open(smallLab())
    for (const { kind } of blocks) add(kind)
    const nodes = lab.document?.graph.nodes ?? []
    expect(nodes).toHaveLength(3 + blocks.length)
    expect(new Set(nodes.map(({ position }) => `${position.x} ${position.y}`)).size).toBe(nodes.length)
    expect(scope.selection).toEqual([nodes.at(-1)?.id])
  })
})

it('a newly added block shows its settings tab; selecting a block keeps the current tab', () => {
  useFiles().open(smallLab())
  const inspector = useInspector()
  inspector.tab = 'inside'
  useScope().select(['embedding'])
  expect(inspector.tab).toBe('inside')
  add('norm')
  expect(inspector.tab).toBe('settings')
})

it('a new lab focuses its canvas', async () => {
  const canvas = Object.assign(document.createElement('div'), { tabIndex: -1 })
  canvas.dataset['testid'] = 'canvas'
  document.body.append(canvas)
  useActions().perform('file.new')
  await vi.waitFor(() => expect(document.activeElement).toBe(canvas))
  canvas.remove()
})

describe('search', () => {
  it('finds commands, blocks and labs by name in either language', async () => {
    const { available } = useActions()
    useFiles().open(smallLab())
    await vi.waitFor(() => expect(useWorkspace().labs).toHaveLength(1))
    const find = (query: string) => search(query, available(), namesOf).map(({ id }) => id)
    expect(find('multi h')[0]).toBe('block.multi-head')
    expect(find('多头')).toEqual(['block.multi-head'])
    expect(find('small')[0]).toBe('lab.small')
    expect(find('深色')).toEqual(['view.dark'])
    expect(find('undo')).not.toContain('edit.undo')
  })

  it('opens a lab', async () => {
    const { available, perform } = useActions()
    await vi.waitFor(() => expect(useWorkspace().labs).toHaveLength(1))
    usePrompts().overlay = 'gallery'
    const action = available().find(({ id }) => id === 'lab.small')!
    expect(labelOf(action)).toMatch(/^Open /)
    perform(action)
    await vi.waitFor(() => expect(useLab().document).toEqual(smallLab()))
    expect(usePrompts().overlay).toBeNull()
  })
})

describe('shortcutText', () => {
  it.each([
    ['$mod+z', 'Ctrl+Z'],
    ['$mod+Shift+s', 'Ctrl+Shift+S'],
    ['Alt+Digit1', 'Alt+1'],
    ['Shift+?', '?'],
    ['Delete', 'Delete'],
    [undefined, undefined],
  ])('%s → %s', (shortcut, text) => {
    expect(shortcutText(shortcut)).toBe(text)
  })
})

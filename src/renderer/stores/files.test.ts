// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { LabError } from '@core/errors'
import { fakeHost, smallLab, type FakeHost } from '../testing/fake-host'
import { useFiles } from './files'
import { useLab } from './lab'
import { useNotices } from './notices'
import { usePrompts } from './prompts'

const chooseFile = vi.hoisted(() => vi.fn<() => Promise<File | null>>())
vi.mock('../api/files', async (original) => ({ ...(await original<object>()), chooseFile }))

let host: FakeHost
beforeEach(() => {
  localStorage.clear()
  host = fakeHost()
})
const move = { type: 'moveNodes', positions: { tokens: { x: 40, y: 40 } } } as const
const problems = () => useNotices().notices.map(({ content }) => 'code' in content && content.code)

describe('files', () => {
  it('saves the lab, asks for a location only once, and clears the dirty flag', async () => {
    const [lab, files] = [useLab(), useFiles()]
    files.open(smallLab())
    lab.apply(move)
    expect(await files.save()).toBe(true)
    expect(lab.dirty).toBe(false)
    expect(await files.save()).toBe(true)
    const [first, second] = host.callsOf('files.save') as { path: string | null; name: string; text: string }[]
    expect([first?.path, second?.path]).toEqual([null, '/home/Small.lab.json'])
    expect(JSON.parse(second?.text ?? '')).toEqual(lab.document)
  })

  it('stays dirty when saving fails, and reports the reason', async () => {
    const [lab, files] = [useLab(), useFiles()]
    files.open(smallLab())
    lab.apply(move)
    host.failing.set('files.save', new LabError('file.disk-full', { path: '/home' }))
    expect(await files.save()).toBe(false)
    expect(lab.dirty).toBe(true)
    expect(problems()).toEqual(['file.disk-full'])
  })

  it('closes the dialog in which a lab was chosen when it opens, and no other that was opened meanwhile', () => {
    const [files, prompts] = [useFiles(), usePrompts()]
    for (const [overlay, after] of [
      ['gallery', null],
      ['palette', null],
      ['runs', null],
      ['start-over', 'start-over'],
      ['glossary', 'glossary'],
    ] as const) {
      prompts.overlay = overlay
      files.open(smallLab())
      expect(prompts.overlay).toBe(after)
    }
  })

  it('opens a saved lab unchanged', async () => {
    const [lab, files] = [useLab(), useFiles()]
    host.file = { path: '/home/a.json', name: 'a.json', text: JSON.stringify(smallLab()) }
    await files.openFile()
    expect(lab.document).toEqual(smallLab())
    expect([files.name, lab.dirty]).toEqual(['a.json', false])
  })

  it.each([
    ['{"format":', 'lab.not-json'],
    ['[]', 'lab.not-a-lab'],
    ['{"format":"attention-lab","version":99}', 'lab.newer'],
    ['{"format":"attention-lab","version":1}', 'lab.invalid'],
  ])('keeps the open lab if a file is damaged: %s', async (text, code) => {
    const files = useFiles()
    files.open(smallLab())
    host.file = { path: '/home/b.json', name: 'b.json', text }
    await files.openFile()
    expect(useLab().document).toEqual(smallLab())
    expect(problems()).toEqual([code])
  })

  it('does not read a file that is too large for a lab', async () => {
    host.answering.set('host.describe', () => ({ dialogs: false }))
    const file = new File(['{}'], 'huge.json')
    const text = vi.spyOn(file, 'text')
    vi.spyOn(file, 'size', 'get').mockReturnValue(5e9)
    chooseFile.mockResolvedValue(file)
    await useFiles().openFile()
    expect(problems()).toEqual(['lab.too-large'])
    expect(text).not.toHaveBeenCalled()
  })
})

describe('unsaved changes', () => {
  it.each([
    ['discard', 'Untitled lab'],
    ['cancel', 'Small'],
    ['save', 'Untitled lab'],
  ] as const)('are asked about before another lab is opened: %s', async (answer, title) => {
    const [lab, files, prompts] = [useLab(), useFiles(), usePrompts()]
    files.open(smallLab())
    lab.apply(move)
    const done = files.newLab()
    await vi.waitFor(() => expect(prompts.unsaved).not.toBeNull())
    prompts.unsaved?.(answer)
    await done
    expect(lab.document?.title).toHaveProperty('en', title)
    expect(host.callsOf('files.save')).toHaveLength(answer === 'save' ? 1 : 0)
  })

  it('are not asked about if there are none', async () => {
    const files = useFiles()
    files.open(smallLab())
    await files.newLab()
    expect(usePrompts().unsaved).toBeNull()
    expect(useLab().document?.graph.nodes).toEqual([])
  })

  it('are reported to the host, which asks before closing the window', async () => {
    const [lab, files] = [useLab(), useFiles()]
    files.open(smallLab())
    lab.apply(move)
    await vi.waitFor(() => expect(host.callsOf('window.dirty').at(-1)).toEqual({ dirty: true }))
    lab.undo()
    await vi.waitFor(() => expect(host.callsOf('window.dirty').at(-1)).toEqual({ dirty: false }))
  })
})

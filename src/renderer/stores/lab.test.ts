// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { LabDocument } from '@core/lab/document'
import { fakeHost, smallLab, type FakeHost } from '../testing/fake-host'
import { useLab } from './lab'
import { useNotices } from './notices'
import { usePrompts } from './prompts'

let host: FakeHost
beforeEach(() => {
  localStorage.clear()
  host = fakeHost()
})
const move = { type: 'moveNodes', positions: { tokens: { x: 40, y: 40 } } } as const

describe('editing', () => {
  it('undoes and redoes every edit, back to what was opened', () => {
    const lab = useLab()
    const opened = smallLab()
    lab.open(opened)
    expect([lab.canUndo, lab.canRedo, lab.dirty]).toEqual([false, false, false])
    lab.apply(move)
    lab.apply({ type: 'setTitle', title: 'New' })
    const edited = lab.document
    lab.undo()
    lab.undo()
    expect(lab.document).toEqual(opened)
    expect([lab.canUndo, lab.dirty]).toEqual([false, false])
    lab.redo()
    lab.redo()
    expect(lab.document).toEqual(edited)
    expect([lab.canRedo, lab.dirty]).toEqual([false, true])
  })

  it('never has a block selected that does not exist', () => {
    const lab = useLab()
    lab.open(smallLab())
    lab.select(['tokens', 'embedding'])
    lab.apply({ type: 'removeNodes', nodes: ['embedding'] })
    expect(lab.selection).toEqual(['tokens'])
  })

  it('analyses the graph anew when it changes, and not when only a block is moved', async () => {
    const lab = useLab()
    lab.open(smallLab())
    await vi.waitFor(() => expect(lab.analysis?.problems).toEqual([]))
    const before = lab.analysis
    lab.apply(move)
    expect(lab.analysis).toBe(before)
    lab.apply({ type: 'disconnect', to: { node: 'classifier', port: 'x' } })
    expect(lab.analysis?.problems.map(({ code }) => code)).toContain('graph.missing-input')
  })

  it('takes the choice of a text back, too, which is no change to be saved', () => {
    const lab = useLab()
    const characters: LabDocument = { ...smallLab(), task: { kind: 'characters', params: {} } }
    lab.open(characters, { data: 'text-1' })
    lab.dataId = 'text-2'
    lab.dataId = 'text-2'
    expect([lab.dataId, lab.dirty]).toEqual(['text-2', false])
    lab.undo()
    expect([lab.dataId, lab.canUndo]).toEqual(['text-1', false])
    lab.redo()
    expect(lab.dataId).toBe('text-2')
  })

  it('keeps the learner’s own text and table for the tasks that read them, whichever is looked at between', () => {
    const lab = useLab()
    lab.open(smallLab())
    lab.dataId = 'of no use to a task that draws its own'
    expect(lab.dataId).toBeNull()
    lab.apply({ type: 'setTask', task: { kind: 'own-classification', params: {} } })
    lab.dataId = 'table-1'
    lab.apply({ type: 'setTask', task: { kind: 'characters', params: {} } })
    expect(lab.dataId).toBeNull()
    lab.dataId = 'text-1'
    lab.apply({ type: 'setTask', task: { kind: 'own-classification', params: {} } })
    expect(lab.dataId).toBe('table-1')
    lab.apply({ type: 'setTask', task: { kind: 'characters', params: { length: 9 } } })
    expect(lab.dataId).toBe('text-1')
    while (lab.canUndo) lab.undo()
    expect(lab.dataId).toBeNull()
    while (lab.canRedo) lab.redo()
    expect(lab.dataId).toBe('text-1')
    lab.open(smallLab())
    lab.apply({ type: 'setTask', task: { kind: 'characters', params: {} } })
    expect(lab.dataId).toBeNull()
  })

  it('asks the host again what the task is when its parameters change, and takes the latest answer', async () => {
    const lab = useLab()
    lab.open(smallLab())
    await vi.waitFor(() => expect(lab.spec?.signature.length).toBe(4))
    lab.apply({ type: 'setTask', task: { kind: 'reverse', params: { length: 6 } } })
    lab.apply({ type: 'setTask', task: { kind: 'reverse', params: { length: 8 } } })
    await vi.waitFor(() => expect(lab.spec?.signature.length).toBe(8))
  })

  it('says why a task cannot be had, and goes on when it can', async () => {
    const lab = useLab()
    lab.open({ ...smallLab(), task: { kind: 'reverse', params: { length: 4, minLength: 9 } } })
    await vi.waitFor(() => expect(lab.specProblem?.code).toBe('task.lengths'))
    lab.apply({ type: 'setTask', task: { kind: 'reverse', params: { length: 4, minLength: 2 } } })
    await vi.waitFor(() => expect(lab.specProblem).toBeNull())
  })
})

describe('files', () => {
  it('saves what is open, asks for a place once, and is no longer dirty', async () => {
    const lab = useLab()
    lab.open(smallLab())
    lab.apply(move)
    expect(await lab.save()).toBe(true)
    expect(lab.dirty).toBe(false)
    expect(await lab.save()).toBe(true)
    const [first, second] = host.callsOf('files.save') as { path: string | null; name: string; text: string }[]
    expect([first?.path, second?.path]).toEqual([null, '/home/Small.lab.json'])
    expect(JSON.parse(second?.text ?? '')).toEqual(lab.document)
  })

  it('stays dirty when saving fails, and says why', async () => {
    const lab = useLab()
    lab.open(smallLab())
    lab.apply(move)
    const { LabError } = await import('@core/errors')
    host.failing.set('files.save', new LabError('file.disk-full', { path: '/home' }))
    expect(await lab.save()).toBe(false)
    expect(lab.dirty).toBe(true)
    expect(useNotices().notices.map(({ content }) => 'code' in content && content.code)).toEqual(['file.disk-full'])
  })

  it('opens what was saved as the same lab', async () => {
    const lab = useLab()
    host.file = { path: '/home/a.json', name: 'a.json', text: JSON.stringify(smallLab()) }
    await lab.openFile()
    expect(lab.document).toEqual(smallLab())
    expect([lab.name, lab.dirty]).toEqual(['a.json', false])
  })

  it.each([
    ['{"format":', 'lab.not-json'],
    ['[]', 'lab.not-a-lab'],
    ['{"format":"attention-lab","version":99}', 'lab.newer'],
    ['{"format":"attention-lab","version":1}', 'lab.invalid'],
  ])('keeps what is open when a file is damaged: %s', async (text, code) => {
    const lab = useLab()
    lab.open(smallLab())
    host.file = { path: '/home/b.json', name: 'b.json', text }
    await lab.openFile()
    expect(lab.document).toEqual(smallLab())
    expect(useNotices().notices.map(({ content }) => 'code' in content && content.code)).toEqual([code])
  })
})

describe('unsaved changes', () => {
  it.each([
    ['discard', 'Untitled lab'],
    ['cancel', 'Small'],
    ['save', 'Untitled lab'],
  ] as const)('are asked about before something else is opened: %s', async (answer, title) => {
    const lab = useLab()
    const prompts = usePrompts()
    lab.open(smallLab())
    lab.apply(move)
    const done = lab.newLab()
    await vi.waitFor(() => expect(prompts.unsaved).not.toBeNull())
    prompts.unsaved?.(answer)
    await done
    expect(lab.document?.title).toHaveProperty('en', title)
    expect(host.callsOf('files.save')).toHaveLength(answer === 'save' ? 1 : 0)
  })

  it('are not asked about when there are none', async () => {
    const lab = useLab()
    lab.open(smallLab())
    await lab.newLab()
    expect(usePrompts().unsaved).toBeNull()
    expect(lab.document?.graph.nodes).toEqual([])
  })

  it('are told to the host, which closes the window', async () => {
    const lab = useLab()
    lab.open(smallLab())
    lab.apply(move)
    await vi.waitFor(() => expect(host.callsOf('window.dirty').at(-1)).toEqual({ dirty: true }))
    lab.undo()
    await vi.waitFor(() => expect(host.callsOf('window.dirty').at(-1)).toEqual({ dirty: false }))
  })
})

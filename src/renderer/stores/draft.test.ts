// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Draft } from '@core/contract/draft'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { fakeHost, smallLab, type FakeHost } from '../testing/fake-host'
import { useDraft } from './draft'
import { useFiles } from './files'
import { useLab } from './lab'
import { useNotices } from './notices'
import { usePrompts } from './prompts'
import { useRun } from './run'

const titled = (title: string): LabDocument => ({ ...smallLab(), title })
const kept = (title: string, change: Partial<Draft> = {}): Draft => ({
  ...{ window: 'other', dirty: true, time: 1, document: titled(title), path: null, name: null, data: null, run: null },
  history: null,
  ...change,
})
const windowKey = 'attention-lab.window'

let host: FakeHost
beforeEach(() => {
  host = fakeHost()
  sessionStorage.clear()
})
afterEach(() => vi.useRealTimers())

/** Opens a window with these drafts stored. */
async function begin(drafts: Readonly<Record<string, Draft>> = {}): Promise<ReturnType<typeof useDraft>> {
  for (const [id, each] of Object.entries(drafts)) host.drafts.set(id, each)
  const draft = useDraft()
  await vi.waitFor(() => expect(host.callsOf('drafts.watch')).toHaveLength(1))
  await vi.waitFor(() => expect(draft.offered.length).toBe([...host.drafts.values()].filter(({ dirty }) => dirty).length))
  return draft
}
/** Reloads the same window without closing its lab first. */
function reload(): ReturnType<typeof useDraft> {
  const { drafts } = host
  window.dispatchEvent(new Event('pagehide'))
  host = fakeHost()
  for (const [id, each] of drafts) host.drafts.set(id, each)
  return useDraft()
}
const titles = (draft: ReturnType<typeof useDraft>) => draft.offered.map(({ title }) => title)
const edit = (title: string): void => useLab().apply({ type: 'setTitle', title })
/** Waits until the host stores exactly these drafts. */
const keeps = (expected: readonly (readonly [title: string, dirty: boolean])[]) =>
  vi.waitFor(() =>
    expect([...host.drafts.values()].map(({ document, dirty }) => [(document as LabDocument).title, dirty])).toEqual(expected),
  )

describe('unsaved work that is not open in any window', () => {
  it('is offered, opens as unsaved, and is no longer offered', async () => {
    const draft = await begin({ one: kept('precious') })
    expect(titles(draft)).toEqual(['precious'])
    await draft.open(draft.offered[0]!)
    expect(useLab().document?.title).toBe('precious')
    expect([useLab().dirty, titles(draft)]).toEqual([true, []])
    edit('more precious')
    await keeps([['more precious', true]]) // the same draft, not a second one
  })

  it('is offered from all windows', async () => {
    const draft = await begin({ one: kept('first'), two: kept('second', { window: 'third' }) })
    expect(titles(draft)).toEqual(['first', 'second'])
  })

  it('is not offered if it was saved', async () => {
    expect(titles(await begin({ one: kept('saved', { dirty: false }) }))).toEqual([])
  })

  it('remains offered when another lab is opened', async () => {
    const draft = await begin({ one: kept('precious') })
    useFiles().open(titled('other'))
    edit('edited')
    await keeps([
      ['precious', true],
      ['edited', true],
    ])
    expect(titles(draft)).toEqual(['precious'])
  })

  it('remains stored if it cannot be read', async () => {
    const draft = await begin({ one: kept('newer', { document: { ...titled('newer'), version: 99 } }) })
    await expect(draft.open(draft.offered[0]!)).rejects.toMatchObject({ code: 'lab.newer' })
    expect([useLab().document, titles(draft)]).toEqual([null, ['newer']])
  })

  it('asks before it replaces unsaved changes', async () => {
    const draft = await begin({ one: kept('first') })
    useFiles().open(titled('other'))
    edit('edited')
    const opening = draft.open(draft.offered[0]!)
    await vi.waitFor(() => expect(usePrompts().unsaved).not.toBeNull())
    usePrompts().unsaved!('cancel')
    await opening
    expect([useLab().document?.title, titles(draft)]).toEqual(['edited', ['first']])
  })

  it('is deleted when discarded, and only that draft', async () => {
    const draft = await begin({ one: kept('first'), two: kept('second') })
    await draft.discard(draft.offered[0]!)
    await vi.waitFor(() => expect(titles(draft)).toEqual(['second']))
    expect([...host.drafts.keys()]).toEqual(['two'])
  })
})

describe('two windows', () => {
  it('do not offer drafts open in the other one until it is closed', async () => {
    host.windows.push('other')
    const draft = useDraft()
    host.drafts.set('one', kept('in the other window'))
    await draft.discard({ ...kept(''), id: 'none', title: '', open: false }) // makes the host send the list again
    await vi.waitFor(() => expect(host.callsOf('drafts.discard')).toHaveLength(1))
    expect(titles(draft)).toEqual([])
    host.windows.splice(0)
    await draft.discard({ ...kept(''), id: 'none', title: '', open: false })
    await vi.waitFor(() => expect(titles(draft)).toEqual(['in the other window']))
  })

  it("do not write to each other's drafts", async () => {
    await begin({ one: kept('of the other') })
    useFiles().open(titled('mine'))
    edit('mine, edited')
    await keeps([
      ['of the other', true],
      ['mine, edited', true],
    ])
  })
})

describe('the open lab', () => {
  it('has its draft deleted when another lab replaces it', async () => {
    await begin()
    useFiles().open(titled('first'))
    await keeps([['first', false]])
    useFiles().open(titled('second'))
    await keeps([['second', false]])
  })

  it('is restored with undo and redo when the same window is reloaded', async () => {
    await begin()
    useFiles().open(titled('opened'), { path: '/home/a.lab.json', name: 'a.lab.json' })
    for (const title of ['one', 'two', 'three']) edit(title)
    useLab().undo()
    await keeps([['two', true]])

    const draft = reload()
    expect(await draft.resume()).toBe(true)
    const lab = useLab()
    expect([lab.document?.title, lab.dirty, useFiles().path, titles(draft)]).toEqual(['two', true, '/home/a.lab.json', []])
    lab.redo()
    expect(lab.document?.title).toBe('three')
    for (let step = 0; step < 3; step++) lab.undo()
    expect([lab.document?.title, lab.dirty, lab.canUndo]).toEqual(['opened', false, false])
    await keeps([['opened', false]])
  })

  it('is not restored in another window', async () => {
    await begin({ one: kept('of another window', { dirty: false }) })
    expect(await useDraft().resume()).toBe(false)
  })

  it('is restored without undo history if that is unreadable', async () => {
    sessionStorage.setItem(windowKey, 'mine')
    host.drafts.set('one', kept('precious', { window: 'mine', history: '[["nonsense"' }))
    expect(await useDraft().resume()).toBe(true)
    expect([useLab().document?.title, useLab().dirty, useLab().canUndo]).toEqual(['precious', true, false])
  })

  it('is restored with its run', async () => {
    sessionStorage.setItem(windowKey, 'mine')
    const document = smallLab()
    const counts = { step: 3, steps: 100, parameters: 1, checkpoint: null }
    host.runs.set('run-7', { ...counts, run: 'run-7', state: 'running', engine: 'tfjs', learningRate: 0.01, problem: null })
    host.drafts.set('one', kept('trained', { window: 'mine', document, run: { id: 'run-7', document, data: null } }))
    await useDraft().resume()
    expect(useRun().experiment?.document).toEqual(document)
  })

  it('reports a failed write once and retries with the next change', async () => {
    await begin()
    host.failing.set('drafts.keep', new LabError('file.disk-full', { path: 'drafts' }))
    useFiles().open(titled('first'))
    await vi.waitFor(() => expect(useNotices().notices).toHaveLength(1))
    edit('second')
    await vi.waitFor(() => expect(host.callsOf('drafts.keep')).toHaveLength(2))
    expect(useNotices().notices).toHaveLength(1)
    host.failing.delete('drafts.keep')
    edit('third')
    await keeps([['third', true]])
  })
})

it('a duplicated window does not take over the draft of the original', async () => {
  sessionStorage.setItem(windowKey, 'mine')
  host.drafts.set('one', kept('precious', { window: 'mine' }))
  expect(await useDraft().resume()).toBe(true)
  // A duplicate copies the storage while the page is loaded.
  expect(sessionStorage.getItem(windowKey)).toBeNull()
  window.dispatchEvent(new Event('pagehide'))
  expect(sessionStorage.getItem(windowKey)).toBe('mine')
})

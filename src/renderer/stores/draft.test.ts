// @vitest-environment happy-dom
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { LabDocument } from '@core/lab/document'
import { fakeHost, smallLab, type FakeHost } from '../testing/fake-host'
import { useDraft } from './draft'
import { useFiles } from './files'
import { useLab } from './lab'
import { usePrompts } from './prompts'

const titled = (title: string): LabDocument => ({ ...smallLab(), title })
const kept = (title: string, change: object = {}) => ({
  ...{ document: titled(title), dirty: true, path: null, name: null, data: null, run: null, time: 1 },
  ...change,
})
let host: FakeHost
beforeEach(() => {
  host = fakeHost()
  sessionStorage.clear()
})
/** A window that opens where this was kept. */
function begin(draft: object | null, shelf: object[] = []): ReturnType<typeof useDraft> {
  if (draft) host.memory.set('draft', JSON.stringify(draft))
  if (shelf.length > 0) host.memory.set('shelf', JSON.stringify(shelf))
  return useDraft()
}
const readMemory = (path: string): Record<string, string> =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, path), 'utf8')) as Record<string, string>
const titles = (draft: ReturnType<typeof useDraft>) => draft.offered.map(({ document }) => document.title)

describe('unsaved work of an earlier window', () => {
  it('is offered, opened as unsaved, and then no longer offered', async () => {
    const draft = begin(kept('precious'))
    expect(titles(draft)).toEqual(['precious'])
    await draft.open(draft.offered[0]!)
    expect(useLab().document?.title).toBe('precious')
    expect([useLab().dirty, titles(draft)]).toEqual([true, []])
  })

  it('is offered as version 0.1.0 kept it, and opened with the run it trained', async () => {
    const kept = readMemory('../../main/service/fixtures/version-0.1.0/workspace/memory.json')
    for (const key of ['draft', 'shelf'] as const) host.memory.set(key, kept[key]!)
    const draft = useDraft()
    expect(titles(draft)).toEqual(['组里的两个块', { en: 'Reverse', zh: '没有保存的草稿' }])
    expect(draft.offered[0]?.run?.id).toMatch(/^[a-z0-9-]+$/)
    await draft.open(draft.offered[0]!)
    expect(Object.keys(useLab().document?.graph.groups ?? {})).toEqual(['transformer-block'])
  })

  it('is not offered where it was saved, or cannot be read', () => {
    expect(titles(begin(kept('saved', { dirty: false })))).toEqual([])
    fakeHost().memory.set('draft', '{ not even JSON')
    expect(titles(useDraft())).toEqual([])
  })

  it('stays offered when something else is opened instead, also in later windows', () => {
    const draft = begin(kept('precious'))
    useFiles().open(titled('other'))
    useLab().apply({ type: 'setTitle', title: 'edited' })
    expect(titles(draft)).toEqual(['precious'])

    const memory = new Map(host.memory)
    host = fakeHost()
    const later = begin(JSON.parse(memory.get('draft')!) as object, JSON.parse(memory.get('shelf')!) as object[])
    expect(titles(later)).toEqual(['edited', 'precious'])
    useFiles().open(titled('third'))
    expect(titles(later)).toEqual(['edited', 'precious'])
  })

  it('asks before it takes the place of what is being worked on', async () => {
    const draft = begin(null, [kept('first'), kept('second')])
    useFiles().open(titled('other'))
    useLab().apply({ type: 'setTitle', title: 'edited' })
    const opening = draft.open(draft.offered[1]!)
    await vi.waitFor(() => expect(usePrompts().unsaved).not.toBeNull())
    usePrompts().unsaved!('cancel')
    await opening
    expect([useLab().document?.title, titles(draft)]).toEqual(['edited', ['first', 'second']])
  })

  it('is gone once it is discarded, and only that', () => {
    const draft = begin(kept('latest'), [kept('first'), kept('second')])
    draft.discard(draft.offered[1]!)
    expect(titles(draft)).toEqual(['latest', 'second'])
    draft.discard(draft.offered[0]!)
    draft.discard(draft.offered[0]!)
    expect([titles(draft), host.memory.get('draft'), host.memory.get('shelf')]).toEqual([[], undefined, undefined])
  })

  it('comes back by itself when the same window is loaded again', () => {
    const draft = begin(kept('precious'))
    expect(draft.resume()).toBe(false)
    sessionStorage.setItem('attention-lab.window', 'open')
    expect(draft.resume()).toBe(true)
    expect(useLab().document?.title).toBe('precious')
  })
})

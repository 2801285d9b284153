import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { newAbort, type Abort } from '@core/contract/cancel'
import type { Draft, DraftSummary } from '@core/contract/draft'
import type { Call } from '@core/contract/table'
import { createDrafts, type Drafts } from './drafts'
import { createMemory } from './memory'

let home: string
const log = vi.fn()
const folder = (): string => join(home, 'drafts')
const memory = () => createMemory(join(home, 'memory.json'), log)
const open = (): Drafts => createDrafts(folder(), memory(), log)

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'drafts-'))
  log.mockReset()
})
afterEach(() => rm(home, { recursive: true, force: true }))

const draft = (title: string, change: Partial<Draft> = {}): Draft => ({
  ...{ window: 'a', dirty: true, time: 1, document: { title }, path: null, name: null, data: null, run: null, history: null },
  ...change,
})

interface Watching {
  /** The list most recently received. */
  list(): readonly DraftSummary[]
  readonly ended: Promise<null>
  readonly abort: Abort
}
async function watch(drafts: Drafts, window = 'watching'): Promise<Watching> {
  const told: (readonly DraftSummary[])[] = []
  const abort = newAbort()
  const call = {
    part: (list: readonly DraftSummary[]) => void told.push(list),
    taken: () => Promise.resolve(),
    signal: abort.signal,
  }
  const ended = drafts.watch(window, call as unknown as Call<readonly DraftSummary[]>)
  await vi.waitFor(() => expect(told.length).toBeGreaterThan(0))
  return { list: () => told.at(-1)!, ended, abort }
}
const titles = (list: readonly DraftSummary[]) => list.map(({ title }) => title)

describe('drafts', () => {
  it('are empty at first', async () => {
    expect((await watch(open())).list()).toEqual([])
    expect(log).not.toHaveBeenCalled()
  })

  it('survive a restart, the latest first, each in its own file that only its owner may read', async () => {
    const drafts = open()
    await drafts.keep('one', draft('第一', { time: 1 }))
    await drafts.keep('two', draft('second', { time: 2, history: '[[1]]' }))
    const again = open()
    expect(titles((await watch(again)).list())).toEqual(['second', '第一'])
    expect(await again.read('two')).toEqual(draft('second', { time: 2, history: '[[1]]' }))
    expect((await readdir(folder())).sort()).toEqual(['one.json', 'two.json'])
    if (process.platform !== 'win32') expect((await stat(join(folder(), 'one.json'))).mode & 0o777).toBe(0o600)
  })

  it('are sent to all watchers when one changes', async () => {
    const drafts = open()
    const [one, other] = [await watch(drafts), await watch(drafts)]
    await drafts.keep('one', draft('new'))
    await vi.waitFor(() => expect([titles(one.list()), titles(other.list())]).toEqual([['new'], ['new']]))
    await drafts.discard('one')
    await vi.waitFor(() => expect([one.list(), other.list()]).toEqual([[], []]))
    expect(await readdir(folder())).toEqual([])
  })

  it('are open while their window watches', async () => {
    const drafts = open()
    await drafts.keep('one', draft('mine', { window: 'mine' }))
    const other = await watch(drafts, 'other')
    expect(other.list()).toMatchObject([{ open: false }])
    const mine = await watch(drafts, 'mine')
    await vi.waitFor(() => expect(other.list()).toMatchObject([{ open: true }]))
    mine.abort.abort()
    expect(await mine.ended).toBeNull()
    await vi.waitFor(() => expect(other.list()).toMatchObject([{ open: false }]))
  })

  it('of labs without changes are kept only until the next start', async () => {
    const drafts = open()
    await drafts.keep('one', draft('saved', { dirty: false }))
    expect(titles((await watch(drafts)).list())).toEqual(['saved'])
    expect((await watch(open())).list()).toEqual([])
    expect(await readdir(folder())).toEqual([])
  })

  it('apply concurrent changes in order', async () => {
    const drafts = open()
    for (let index = 0; index < 20; index++) void drafts.keep('one', draft(`edit ${index}`))
    await drafts.close()
    expect(await drafts.read('one')).toMatchObject({ document: { title: 'edit 19' } })
    expect(await readdir(folder())).toEqual(['one.json'])
  })

  it('that are unknown cannot be read, and discarding them does nothing', async () => {
    const drafts = open()
    await expect(drafts.read('none')).rejects.toMatchObject({ code: 'draft.unknown' })
    await drafts.discard('none')
  })

  it('that are damaged stay in place, and the others are listed', async () => {
    await mkdir(folder())
    const damaged = {
      'cut.json': '{"window":"a"',
      'other.json': '{"title":"no draft"}',
      'untitled.json': JSON.stringify(draft('x', { document: 3 })),
    }
    for (const [name, text] of Object.entries(damaged)) await writeFile(join(folder(), name), text)
    await writeFile(join(folder(), 'good.json'), JSON.stringify(draft('good')))
    expect(titles((await watch(open())).list())).toEqual(['good'])
    expect(log.mock.calls.map(([where]) => where as string).sort()).toEqual([
      'drafts/cut.json',
      'drafts/other.json',
      'drafts/untitled.json',
    ])
    for (const [name, text] of Object.entries(damaged)) expect(await readFile(join(folder(), name), 'utf8')).toBe(text)
  })

  it('cannot be saved if a file is in the place of their folder', async () => {
    await writeFile(folder(), 'a file')
    await expect(open().keep('one', draft('x'))).rejects.toMatchObject({ code: 'file.missing' })
    expect(await readFile(folder(), 'utf8')).toBe('a file')
  })
})

describe("drafts in the pages' memory, as version 0.1.0 stored them", () => {
  const older = (title: string, dirty = true) =>
    Object.fromEntries(Object.entries(draft(title, { dirty })).filter(([name]) => name !== 'window' && name !== 'history'))

  it('move to their own files', async () => {
    await memory().remember('draft', JSON.stringify(older('latest')))
    await memory().remember('shelf', JSON.stringify([older('first'), older('second')]))
    await memory().remember('theme', '"dark"')
    expect(titles((await watch(open())).list()).sort()).toEqual(['first', 'latest', 'second'])
    expect(await memory().recall()).toEqual({ theme: '"dark"' })
    expect(titles((await watch(open())).list()).sort()).toEqual(['first', 'latest', 'second'])
  })

  it('stay there if they cannot be read', async () => {
    await memory().remember('draft', '{ no JSON')
    await memory().remember('shelf', JSON.stringify([older('good'), { title: 'no draft' }, older('saved', false)]))
    expect(titles((await watch(open())).list())).toEqual(['good'])
    expect(await memory().recall()).toEqual({ draft: '{ no JSON', shelf: '[{"title":"no draft"}]' })
  })
})

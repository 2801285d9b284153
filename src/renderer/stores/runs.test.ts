// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RunOverview } from '@core/contract/runs'
import { LabError } from '@core/errors'
import { noPoints } from '@core/series/series'
import { fakeHost, statusOf, type FakeHost } from '../testing/fake-host'
import { useNotices } from './notices'
import { undoFor, useRuns } from './runs'

let host: FakeHost
beforeEach(() => {
  localStorage.clear()
  host = fakeHost()
})
const overview = (run: string, begun: number | null, change: Partial<RunOverview> = {}): RunOverview => ({
  ...{ status: statusOf(run), title: run, task: 'reverse', begun, loss: null, evaluation: null, curve: noPoints },
  ...change,
})
const listed = () => useRuns().listed.map(({ status }) => status.run)
const watched = () => vi.waitFor(() => expect(host.streams('runs.watch')).toHaveLength(1))

describe('the list of runs', () => {
  it('contains all runs of the host without a request per run', async () => {
    host.runs.set('a', statusOf('a'))
    host.runs.set('b', statusOf('b', { state: 'finished' }))
    useRuns()
    await vi.waitFor(() => expect(listed()).toEqual(['b', 'a']))
    expect(new Set(host.calls.map(([name]) => name))).toEqual(new Set(['runs.watch']))
  })

  it('is sorted by start time, newest first; runs without one are last', async () => {
    useRuns()
    await watched()
    for (const [run, begun] of [['old', 1], ['named', null], ['new', 3], ['middle', 2], ['other', null]] as const) {
      host.list(overview(run, begun))
    } // prettier-ignore
    await vi.waitFor(() => expect(listed()).toEqual(['new', 'middle', 'old', 'other', 'named']))
  })

  it('is updated, and drops deleted runs', async () => {
    useRuns()
    await watched()
    host.list(overview('a', 1))
    host.list(overview('b', 2))
    host.list(overview('a', 1, { loss: 0.5 }))
    await vi.waitFor(() => expect(useRuns().overviews.get('a')?.loss).toBe(0.5))
    for (const { part } of host.streams('runs.watch')) part({ runs: [], removed: ['b'] })
    await vi.waitFor(() => expect(listed()).toEqual(['a']))
  })

  it("is replaced by the host's current list after a lost connection", async () => {
    host.runs.set('a', statusOf('a'))
    useRuns()
    await vi.waitFor(() => expect(listed()).toEqual(['a']))
    host.runs.clear()
    host.runs.set('b', statusOf('b'))
    host.disconnect()
    await vi.waitFor(() => expect(listed()).toEqual(['b']), { timeout: 5000 })
    expect(useNotices().notices).toEqual([])
  })

  it('reports a failure', async () => {
    host.failing.set('runs.watch', new LabError('internal', { detail: 'no disk' }))
    useRuns()
    await vi.waitFor(() => expect(useNotices().notices.map(({ content }) => content)).toMatchObject([{ code: 'internal' }]))
  })

  it('can stop a run that is not on screen', async () => {
    host.runs.set('a', statusOf('a'))
    await useRuns().stop('a')
    expect(host.callsOf('runs.command')).toMatchObject([{ run: 'a', command: 'stop' }])
  })
})

describe('deleting a run', () => {
  beforeEach(async () => {
    host.runs.set('a', statusOf('a', { state: 'finished' }))
    host.runs.set('b', statusOf('b', { state: 'finished' }))
    useRuns()
    await vi.waitFor(() => expect(listed()).toEqual(['b', 'a']))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => vi.useRealTimers())
  const undo = () => useNotices().notices.find(({ action }) => action)!.action!

  it('hides it, and deletes it once it can no longer be undone', async () => {
    useRuns().remove('b', 'B')
    expect(listed()).toEqual(['a'])
    expect(useNotices().notices).toMatchObject([{ content: { key: 'runs.deleted', params: { name: 'B' } } }])
    await vi.advanceTimersByTimeAsync(undoFor - 1)
    expect(host.callsOf('runs.remove')).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    await vi.advanceTimersByTimeAsync(500)
    expect(host.callsOf('runs.remove')).toEqual([{ run: 'b' }])
    expect(useNotices().notices).toEqual([])
  })

  it('is undone without a trace', async () => {
    useRuns().remove('b', 'B')
    undo().perform()
    expect(listed()).toEqual(['b', 'a'])
    await vi.advanceTimersByTimeAsync(2 * undoFor)
    expect(host.callsOf('runs.remove')).toEqual([])
  })

  it('of several can be undone one by one, however many notices follow', async () => {
    useRuns().remove('a', 'Same')
    useRuns().remove('b', 'Same')
    for (let count = 0; count < 6; count++) useNotices().tell('runs.undo', { count })
    expect(listed()).toEqual([])
    undo().perform()
    expect(listed()).toEqual(['a'])
    await vi.advanceTimersByTimeAsync(2 * undoFor)
    expect(host.callsOf('runs.remove')).toEqual([{ run: 'b' }])
  })

  it('is dropped for a run that has been resumed meanwhile', async () => {
    useRuns().remove('b', 'B')
    host.tell(statusOf('b', { state: 'running' }))
    await vi.advanceTimersByTimeAsync(2 * undoFor)
    expect(host.callsOf('runs.remove')).toEqual([])
    expect(listed()).toContain('b')
  })

  it('lists the run again if it fails, with the reason', async () => {
    host.failing.set('runs.remove', new LabError('internal', { detail: 'no' }))
    useRuns().remove('b', 'B')
    await vi.advanceTimersByTimeAsync(2 * undoFor)
    expect(listed()).toEqual(['b', 'a'])
    expect(useNotices().notices).toMatchObject([{ content: { code: 'internal' } }])
  })
})

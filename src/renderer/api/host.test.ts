// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { inject } from 'vue'
import type { RunPart } from '@core/contract/runs'
import { LabError } from '@core/errors'
import { fakeHost, statusOf, type FakeHost } from '../testing/fake-host'
import { hostKey, type Host } from './host'

let fake: FakeHost
let host: Host
beforeEach(() => {
  fake = fakeHost()
  fake.runs.set('a', statusOf('a'))
  host = fake.app.runWithContext(() => inject(hostKey))!
})
function follow(run = 'a') {
  const listener = { onPart: vi.fn<(part: RunPart) => void>(), onEnd: vi.fn(), onFailure: vi.fn() }
  return { ...listener, stop: host.stream('runs.follow', { run }, listener) }
}
const open = () => fake.streams('runs.follow')

describe('a stream', () => {
  it('delivers its parts in order, starting with the first connection', async () => {
    const { onPart } = follow()
    await vi.waitFor(() => expect(onPart).toHaveBeenCalledTimes(1))
    fake.tell(statusOf('a', { step: 1 }))
    fake.tell(statusOf('a', { step: 2 }))
    await vi.waitFor(() => expect(onPart.mock.calls.map(([{ status }]) => status?.step)).toEqual([0, 1, 2]))
  })

  it('reopens after a lost connection without reporting a failure', async () => {
    const { onPart, onEnd, onFailure } = follow()
    await vi.waitFor(() => expect(onPart).toHaveBeenCalledTimes(1))
    fake.disconnect()
    await vi.waitFor(() => expect(onPart).toHaveBeenCalledTimes(2), { timeout: 5000 })
    expect([onEnd.mock.calls, onFailure.mock.calls, open().length]).toEqual([[], [], 1])
  })

  it('delivers nothing after it is stopped, and is cancelled at the host', async () => {
    const { onPart, onEnd, onFailure, stop } = follow()
    await vi.waitFor(() => expect(open()).toHaveLength(1))
    stop()
    await vi.waitFor(() => expect(open()).toHaveLength(0))
    fake.disconnect()
    await vi.waitFor(() => expect(host.state.value).toBe('connected'), { timeout: 5000 })
    expect(fake.callsOf('runs.follow')).toHaveLength(1)
    expect([onPart.mock.calls.length, onEnd.mock.calls, onFailure.mock.calls]).toEqual([1, [], []])
  })

  it('sends no request if stopped before the first connection', async () => {
    follow().stop()
    await vi.waitFor(() => expect(host.state.value).toBe('connected'))
    await host.call['host.describe']({})
    expect(fake.callsOf('runs.follow')).toEqual([])
  })

  it('ends once and is not reopened', async () => {
    const { onEnd, onFailure } = follow()
    await vi.waitFor(() => expect(open()).toHaveLength(1))
    open()[0]!.end()
    await vi.waitFor(() => expect(onEnd).toHaveBeenCalledTimes(1))
    fake.disconnect()
    await vi.waitFor(() => expect(host.state.value).toBe('connected'), { timeout: 5000 })
    expect([fake.callsOf('runs.follow').length, onFailure.mock.calls]).toEqual([1, []])
  })

  it('reports a failure and is not reopened', async () => {
    const { onFailure } = follow('unknown')
    await vi.waitFor(() => expect(onFailure).toHaveBeenCalledWith({ code: 'run.unknown', params: { run: 'unknown' } }))
    fake.disconnect()
    await vi.waitFor(() => expect(host.state.value).toBe('connected'), { timeout: 5000 })
    expect(fake.callsOf('runs.follow')).toHaveLength(1)
  })
})

describe('a call', () => {
  it('fails without a connection, and can be cancelled', async () => {
    const abort = new AbortController()
    fake.answering.set('models.evaluate', () => new Promise(() => undefined))
    const asked = host.call['models.evaluate']({ model: { run: 'a' }, mutes: {} }, { signal: abort.signal })
    await vi.waitFor(() => expect(fake.callsOf('models.evaluate')).toHaveLength(1))
    abort.abort()
    await expect(asked).rejects.toThrow(new LabError('cancelled'))
    fake.disconnect()
    await expect(host.call['host.describe']({})).rejects.toThrow(new LabError('connection-closed'))
  })
})

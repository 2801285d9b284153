/** The worker that is started ahead: with fake processes, and with a real one of a host. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { childrenOf, realHost } from '../testing/processes'
import { createReadyWorkers, type ReadyWorkersOptions } from './ready-worker'
import { fakeWorkers } from './testing/fake-workers'

describe('a worker started ahead', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  function ahead(options: Partial<ReadyWorkersOptions> = {}) {
    const workers = fakeWorkers()
    const ready = createReadyWorkers(workers.spawn, { isAhead: true, availableMemory: () => 2 ** 34, ...options })
    const living = () => workers.processes.filter(({ ended }) => ended === null).length
    const wait = async () => {
      vi.advanceTimersByTime(1000)
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
    }
    return { ready, workers, living, wait }
  }

  it('is prepared a moment later, once however often that is asked', async () => {
    const { ready, workers, wait } = ahead()
    ready.prepare()
    expect(workers.processes).toHaveLength(0)
    await wait()
    ready.prepare()
    await wait()
    expect(workers.processes).toHaveLength(1)
    expect(workers.processes[0]!.calls.prepare).toEqual([{ engine: 'auto' }])
  })

  it('is taken by one of two that come at once, the other starts anew; then the next one is prepared', async () => {
    const { ready, workers, wait } = ahead()
    ready.prepare()
    await wait()
    const [one, other] = [ready.take(), ready.take()]
    expect(other).not.toBe(one)
    expect(workers.processes).toHaveLength(2)
    await one.ask((call) => call.matmulPeak({ engine: 'auto' }))
    expect(workers.processes.map(({ calls }) => calls.matmulPeak.length)).toEqual([1, 0])
    await wait()
    expect(workers.processes.map(({ calls }) => calls.prepare.length)).toEqual([1, 0, 1])
  })

  it('is replaced by a new one when it has died', async () => {
    const { ready, workers, wait } = ahead()
    ready.prepare()
    await wait()
    workers.processes[0]!.die('SIGKILL')
    await wait()
    expect(workers.processes).toHaveLength(1) // it is not started again and again
    await ready.take().ask((call) => call.matmulPeak({ engine: 'auto' }))
    expect(workers.processes[1]!.calls.matmulPeak).toHaveLength(1)
  })

  it('ends with the host, and none is started any more', async () => {
    const { ready, workers, living, wait } = ahead()
    ready.prepare()
    await wait()
    ready.end()
    await wait()
    expect([workers.processes.length, living()]).toEqual([1, 0])
    ready.prepare()
    await wait()
    expect(workers.processes).toHaveLength(1)
  })

  it.each([
    ['little memory is free', { availableMemory: () => 2 ** 29 }],
    ['the host wants none', { isAhead: false }],
  ])('is not started where %s', async (_, options) => {
    const { ready, workers, wait } = ahead(options)
    ready.prepare()
    await wait()
    expect(workers.processes).toHaveLength(0)
  })
})

it('of a host is no run, is replaced when it is killed, and ends with the host', { timeout: 60_000 }, async () => {
  const home = await mkdtemp(join(tmpdir(), 'ready-worker-'))
  const host = await realHost(home, { startsAhead: true })
  const alive = () => childrenOf(process.pid).filter(({ command }) => command.includes('worker.js'))
  await vi.waitFor(() => expect(alive()).toHaveLength(1), 10_000)
  const [spare] = host.processes
  spare!.kill()
  await spare!.ended
  const lab = await host.call['labs.read']({ id: 'reverse' })
  const short = { ...lab, training: { ...lab.training, steps: 20 } }
  const { run } = await host.call['runs.start']({ lab: short, engine: 'auto', data: null })
  await host.until(run, 'finished')
  await vi.waitFor(() => expect(alive()).toHaveLength(2), 10_000) // the run's, which holds its model, and the next one
  const second = await host.call['runs.start']({ lab: short, engine: 'auto', data: null })
  await host.until(second.run, 'finished')
  expect((await host.statusOf(second.run)).step).toBe(20)
  await host.end()
  await vi.waitFor(() => expect(alive()).toEqual([]), 10_000)
  await rm(home, { recursive: true })
})

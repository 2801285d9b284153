/** Streams about runs: the list of all, and following a single one. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { newAbort } from '@core/contract/cancel'
import { owner } from '@core/contract/client'
import { labEvents, labMethods } from '@core/contract/lab'
import { memoryPorts } from '@core/contract/memory-port'
import { connect } from '@core/contract/rpc'
import type { RunOverview, RunPart } from '@core/contract/runs'
import { pageHost } from './page-host'
import { createService, type Service } from './service'
import { clientOf, description, follow, history, overviews, statuses, type LabClient } from './testing/clients'
import { fakeWorkers, lossesFrom, type FakeWorkers } from './testing/fake-workers'

const labs = resolve(import.meta.dirname, '../../../resources/labs')

let home: string
let service: Service
let workers: FakeWorkers
let host: LabClient
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'streams-'))
  await open()
})
afterEach(async () => {
  vi.useRealTimers()
  await service.close()
  await rm(home, { recursive: true, force: true })
})

async function open(): Promise<void> {
  workers = fakeWorkers()
  service = await createService({ home, labs, spawn: workers.spawn })
  host = clientOf(service)
}
async function start(): Promise<string> {
  const lab = await host.call['labs.read']({ id: 'reverse' })
  return (await host.call['runs.start']({ lab, engine: 'tfjs', data: null })).run
}
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

function watch(client = host) {
  const abort = newAbort()
  const parts: { readonly runs: readonly RunOverview[]; readonly removed: readonly string[] }[] = []
  const onPart = (part: (typeof parts)[number]): void => void parts.push(part)
  const over = client.call['runs.watch']({}, { signal: abort.signal, onPart }).catch((error: unknown) => error)
  return { parts, over, stop: () => abort.abort() }
}

describe('the list of runs', () => {
  it('has the title, task, figures and a curve outline of each run', async () => {
    const run = await start()
    const began = Date.now()
    const losses = Array.from({ length: 1000 }, (_, index) => (index === 700 ? 50 : 1000 - index))
    workers.processes[0]!.emit('telemetry', lossesFrom(1, ...losses))
    await vi.waitFor(async () => expect((await overviews(host))[0]!.loss).toBe(1))
    const [overview] = await overviews(host)
    expect(overview).toMatchObject({
      status: { run, state: 'running' },
      title: { en: 'Reverse a sequence' },
      task: 'reverse',
      evaluation: null,
    })
    expect(Math.abs(overview!.begun! - began)).toBeLessThan(60_000)
    const { steps, values } = overview!.curve
    expect(steps.length).toBeLessThanOrEqual(48)
    expect([steps[0], values[0], values[steps.indexOf(701)]]).toEqual([1, 1000, 50])
  })

  it('is sent in full first, then changes and removals, at most twice a second', async () => {
    const [first, second] = [await start(), await start()]
    const { parts, stop, over } = watch()
    await vi.waitFor(() => expect(parts).toHaveLength(1))
    expect(parts[0]!.runs.map(({ status }) => status.run)).toEqual([first, second])
    const began = performance.now()
    for (let step = 1; performance.now() - began < 1200; step++) {
      workers.processes[1]!.emit('telemetry', lossesFrom(step, step))
      await wait(10)
    }
    await wait(600)
    expect(parts.length).toBeGreaterThan(2)
    expect(parts.length).toBeLessThanOrEqual(5)
    expect(parts.slice(1).flatMap(({ runs }) => runs.map(({ status }) => status.run))).toEqual(parts.slice(1).map(() => second))
    await host.call['runs.command']({ run: first, command: 'stop' })
    await host.call['runs.remove']({ run: first })
    await vi.waitFor(() => expect(parts.at(-1)!.removed).toEqual([first]), 2000)
    expect(parts.at(-1)!.runs).toEqual([])
    stop()
    expect(await over).toMatchObject({ code: 'cancelled' })
  })

  it('is sent to a slow reader no faster than it reads', async () => {
    const [near, far] = memoryPorts(structuredClone)
    let posted = 0
    const post = (message: unknown): void => {
      posted++
      far.post(message)
    }
    const port = { ...far, post }
    service.connect(port, owner, pageHost(description))
    const run = await start()
    const reading: (() => void)[] = []
    const onPart = () => new Promise<void>((resolve) => reading.push(resolve))
    connect(near, labMethods, labEvents)
      .call['runs.watch']({}, { onPart })
      .catch(() => undefined)
    await vi.waitFor(() => expect(reading).toHaveLength(1))
    for (let step = 1; step <= 100; step++) {
      workers.processes[0]!.emit('telemetry', lossesFrom(step, step))
      await wait(10)
    }
    expect([run.length > 0, posted]).toEqual([true, 1])
    reading[0]!()
    await vi.waitFor(() => expect(reading).toHaveLength(2), 2000)
  })

  it('reads only the record of a run, which contains its outline', async () => {
    const run = await start()
    workers.processes[0]!.emit('telemetry', lossesFrom(1, 3, 2))
    await vi.waitFor(async () => expect((await overviews(host))[0]!.loss).toBe(2))
    await host.call['runs.command']({ run, command: 'stop' })
    const before = await overviews(host)
    await service.close()
    for (const name of ['lab.json', 'metrics.jsonl']) await writeFile(join(home, 'runs', run, name), 'damaged')
    await open()
    expect(await overviews(host)).toEqual(before)
    await expect(host.call['runs.read']({ run })).rejects.toMatchObject({ code: 'run.damaged' })
    await expect(host.call['runs.resume']({ run })).rejects.toMatchObject({ code: 'run.damaged' })
    await rm(join(home, 'runs', run, 'lab.json'))
    await expect(host.call['runs.read']({ run })).rejects.toMatchObject({ code: 'file.missing' })
  })

  describe('with runs of version 0.1.0, whose records have no outline', () => {
    const runs = join(import.meta.dirname, 'fixtures/version-0.1.0/workspace/runs')

    it('reads their curves after sending the rest, and stores the result', async () => {
      await service.close()
      await cp(runs, join(home, 'runs'), { recursive: true })
      await open()
      const { parts } = watch()
      await vi.waitFor(() => expect(parts).toHaveLength(1))
      const first = parts[0]!.runs
      expect(first.length).toBeGreaterThan(5)
      for (const { title, task } of first) expect([typeof title, task]).not.toEqual(['string', ''])
      const known = () => new Map(parts.flatMap((part) => part.runs).map((overview) => [overview.status.run, overview]))
      await vi.waitFor(
        () => expect([...known().values()].filter(({ curve }) => curve.steps.length > 0)).toHaveLength(first.length),
        10_000,
      )
      for (const { status, loss } of known().values()) {
        const lines = (await readFile(join(home, 'runs', status.run, 'metrics.jsonl'), 'utf8')).trim().split('\n')
        const losses = lines.flatMap((line) => (JSON.parse(line) as { loss?: number }).loss ?? [])
        expect(loss).toBe(Math.fround(losses.at(-1)!))
      }
      const found = [...known().values()]
      await service.close()
      await open()
      expect((await overviews(host)).map(({ curve }) => curve)).toEqual(
        found.toSorted((a, b) => a.status.run.localeCompare(b.status.run)).map(({ curve }) => curve),
      )
    })

    it('lists one whose lab cannot be read under its folder name', async () => {
      await service.close()
      const folder = join(home, 'runs', 'old')
      await mkdir(folder, { recursive: true })
      const status = { run: 'old', state: 'finished', step: 1, steps: 1, engine: 'tfjs', learningRate: 1, parameters: 1 }
      const record = { status: { ...status, checkpoint: 1, problem: null }, summary: null, owner: 1 }
      await writeFile(join(folder, 'run.json'), JSON.stringify(record))
      await open()
      expect(await overviews(host)).toMatchObject([{ status, title: 'old', task: '', begun: null, loss: null }])
    })
  })
})

describe('a follower of a run', () => {
  it('that has ended gets the content of its files, and then nothing stays in memory', async () => {
    const run = await start()
    workers.processes[0]!.emit('telemetry', lossesFrom(1, 3, 2))
    await vi.waitFor(async () => expect((await overviews(host))[0]!.loss).toBe(2))
    await service.close()
    await open()
    expect((await history(host, run)).values('loss')).toEqual([3, 2])
    await statuses(host)
    // No follower is left: the file is read again.
    await writeFile(join(home, 'runs', run, 'metrics.jsonl'), '{"step":1,"loss":7}\n')
    expect((await history(host, run)).values('loss')).toEqual([7])
  })

  it('gets nothing more when the run is removed', async () => {
    const run = await start()
    await host.call['runs.command']({ run, command: 'stop' })
    const following = host.call['runs.follow']({ run })
    await statuses(host)
    await host.call['runs.remove']({ run })
    expect(await following).toBeNull()
  })

  it('that falls behind misses parts, takes no memory, and gets the complete state when it reads again', async () => {
    const [near, far] = memoryPorts(structuredClone)
    let posted = 0
    const post = (message: unknown): void => {
      posted++
      far.post(message)
    }
    const port = { ...far, post }
    service.connect(port, owner, pageHost(description))
    const run = await start()
    const parts: RunPart[] = []
    const reading: (() => void)[] = []
    let reads = false
    const onPart = async (part: RunPart): Promise<void> => {
      parts.push(part)
      if (!reads) await new Promise<void>((resolve) => reading.push(resolve))
    }
    connect(near, labMethods, labEvents)
      .call['runs.follow']({ run }, { onPart })
      .catch(() => undefined)
    await vi.waitFor(() => expect(parts).toHaveLength(1))
    const others = follow(host, run)
    for (let step = 1; step <= 300; step++) workers.processes[0]!.emit('telemetry', lossesFrom(step, step))
    await vi.waitFor(() => expect(others.steps('loss')).toHaveLength(300)) // other followers are not blocked
    expect(posted).toBe(16)

    reads = true
    for (const read of reading) read()
    await vi.waitFor(() => expect(parts).toHaveLength(17))
    const { cut, status, series } = parts.at(-1)!
    expect([cut, status?.run, series!.loss!.steps.length]).toEqual([1, run, 300])
    workers.processes[0]!.emit('telemetry', lossesFrom(301, 1))
    await vi.waitFor(() => expect(parts.at(-1)!.series!.loss!.steps).toEqual(Int32Array.of(301)))
  })
})

describe('a page that disconnects', () => {
  /** The host's end of a page that follows, watches and looks at a run until it is closed or has cancelled everything. */
  async function visit(run: string, leave: 'closes' | 'cancels'): Promise<WeakRef<object>> {
    const [near, far] = memoryPorts(structuredClone)
    const port = { ...far }
    service.connect(port, owner, pageHost(description))
    const page = connect(near, labMethods, labEvents)
    const { call } = page
    const abort = newAbort()
    const { signal } = abort
    let told = 0
    const onPart = (): void => {
      told++
    }
    const calls = [
      call['runs.follow']({ run }, { signal, onPart }),
      call['runs.watch']({}, { signal, onPart }),
      call['models.look']({ model: { run }, look: { inputs: [{ sample: 0 }] }, every: 50 }, { signal, onPart }),
    ]
    const ended = Promise.allSettled(calls)
    await vi.waitFor(() => expect(told).toBe(calls.length))
    if (leave === 'closes') page.close()
    else abort.abort()
    await ended
    await wait(600) // until a list would be sent again
    if (leave === 'cancels') page.close()
    return new WeakRef(port)
  }

  it.each(['closes', 'cancels'] as const)('and %s leaves nothing behind', async (leave) => {
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    const run = await start()
    const page = await visit(run, leave)
    for (let step = 1; step <= 3; step++) workers.processes[0]!.tell({ step })
    await wait(10)
    collectGarbage()
    expect(page.deref()).toBeUndefined()
  })
})

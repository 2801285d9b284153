/** Several runs at once: one per core, the others queued; and removal of old runs. */
import { cp, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RunState } from '@core/contract/runs'
import { LabError } from '@core/errors'
import { createService, type Service } from './service'
import { clientOf, follow, statuses, type LabClient } from './testing/clients'
import { fakeWorkers, type FakeWorkers } from './testing/fake-workers'

const labs = resolve(import.meta.dirname, '../../../resources/labs')

let home: string
let service: Service
let workers: FakeWorkers
let host: LabClient

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'queue-'))
  await open()
})
afterEach(async () => {
  await service.close()
  await rm(home, { recursive: true, force: true })
})

async function open(fakes = fakeWorkers()): Promise<void> {
  workers = fakes
  service = await createService({ home, labs, spawn: workers.spawn, runsAtOnce: 2 })
  host = clientOf(service)
}
async function start(paused = false): Promise<string> {
  const lab = await host.call['labs.read']({ id: 'reverse' })
  return (await host.call['runs.start']({ lab, engine: 'tfjs', data: null, paused })).run
}
const command = (run: string, name: 'stop' | 'pause' | 'resume' | 'step') => host.call['runs.command']({ run, command: name })
/** State and position in the queue. */
const standings = async () =>
  Object.fromEntries((await statuses(host)).map(({ run, state, queue }) => [run, queue ? `${state} ${queue}` : state]))
const settle = (expected: Record<string, string>) => vi.waitFor(async () => expect(await standings()).toEqual(expected))

describe('the queue', () => {
  it('holds runs beyond the number of cores, and reports their positions', async () => {
    const [a, b, c, d] = [await start(), await start(), await start(), await start()]
    await settle({ [a]: 'running', [b]: 'running', [c]: 'queued 1', [d]: 'queued 2' })
    expect(workers.processes).toHaveLength(2)
    expect(await follow(host, d).until('queued')).toMatchObject({ run: d, queue: 2 })
  })

  const says = (run: string, state: RunState) => {
    const [first] = workers.processes
    first!.emit('status', { ...first!.status, run, state })
  }
  it.each<[string, (run: string) => unknown]>([
    ['is stopped', (run) => command(run, 'stop')],
    [
      'dies',
      () => {
        workers.processes[0]!.die('SIGKILL')
      },
    ],
    [
      'finishes',
      (run) => {
        says(run, 'finished')
      },
    ],
    [
      'is paused',
      (run) => {
        says(run, 'paused')
      },
    ],
  ])('advances when a run %s', async (_, leave) => {
    const [a, b, c, d] = [await start(), await start(), await start(), await start()]
    await leave(a)
    await vi.waitFor(async () => expect(await standings()).toMatchObject({ [b]: 'running', [c]: 'running', [d]: 'queued 1' }))
    expect(workers.processes).toHaveLength(3)
  })

  it('can be left, and the others advance', async () => {
    const [a, b, c, d] = [await start(), await start(), await start(), await start()]
    expect(await command(c, 'stop')).toMatchObject({ state: 'stopped', checkpoint: null })
    await settle({ [a]: 'running', [b]: 'running', [c]: 'stopped', [d]: 'queued 1' })
  })

  it('rejects commands that are invalid for a queued run', async () => {
    const [, , c] = [await start(), await start(), await start()]
    await expect(command(c, 'resume')).rejects.toMatchObject({ code: 'run.queued', params: { place: 1 } })
    await expect(host.call['runs.tune']({ run: c, learningRate: 1 })).rejects.toMatchObject({ code: 'run.queued' })
    await expect(host.call['runs.resume']({ run: c })).rejects.toMatchObject({ code: 'run.under-way' })
  })

  it('has no model to look at for a run that has not started', async () => {
    const [a, , c] = [await start(), await start(), await start()]
    const look = () => host.call['models.look']({ model: { run: c }, look: { inputs: [{ sample: 0 }] } })
    await expect(look()).rejects.toMatchObject({ code: 'model.nothing-kept' })
    await command(a, 'stop')
    await settle({ [a]: 'stopped', [c]: 'running', [(await statuses(host))[1]!.run]: 'running' })
    expect(await look()).toBeNull()
  })

  it('does not include a run that is stepped manually', async () => {
    await start()
    await start()
    const stepped = await start(true)
    expect((await standings())[stepped]).toBe('paused')
  })

  it('skips a run that its process rejects when its turn comes', async () => {
    await service.close()
    let refuse = false
    const fakes: FakeWorkers = fakeWorkers({
      train: ({ run, lab }) => {
        if (refuse) throw new LabError('run.out-of-memory', { megabytes: 1 })
        const { steps, learningRate } = lab.training
        return {
          run,
          state: 'running',
          step: 0,
          steps,
          learningRate,
          engine: 'tfjs',
          parameters: 1,
          checkpoint: null,
          problem: null,
        }
      },
    })
    await open(fakes)
    const [a, , c] = [await start(), await start(), await start()]
    refuse = true
    await command(a, 'stop')
    await vi.waitFor(async () => expect((await standings())[c]).toBe('failed'))
    refuse = false
    const next = await start()
    expect((await standings())[next]).toBe('running')
  })

  it('ends with the host: the queued runs are stopped, and still listed later', async () => {
    const [, , c] = [await start(), await start(), await start()]
    await service.close()
    await open()
    expect((await standings())[c]).toBe('stopped')
  })
})

describe('a paused run', () => {
  /** A run that was paused while another took its core. */
  async function displaced() {
    const [a, b] = [await start(), await start()]
    await command(a, 'pause')
    const c = await start()
    await settle({ [a]: 'paused', [b]: 'running', [c]: 'running' })
    return { a, b, c, process: workers.processes[0]! }
  }

  it('waits for its turn to resume, so that no more runs train than there are cores', async () => {
    const { a, b, c, process } = await displaced()
    expect(await command(a, 'resume')).toMatchObject({ state: 'queued', queue: 1 })
    await settle({ [a]: 'queued 1', [b]: 'running', [c]: 'running' })
    expect(process.calls.command).toMatchObject([{ command: 'pause' }])
    await command(b, 'stop')
    await settle({ [a]: 'running', [b]: 'stopped', [c]: 'running' })
    expect(process.calls.command).toMatchObject([{ command: 'pause' }, { command: 'resume' }])
    expect(workers.processes).toHaveLength(3)
  })

  it('resumes at once if a core is free, and returns its status', async () => {
    const a = await start()
    await command(a, 'pause')
    expect(await command(a, 'resume')).toMatchObject({ state: 'running' })
  })

  it('that was started paused waits in the same queue', async () => {
    const [a, b] = [await start(), await start()]
    const [stepped, c] = [await start(true), await start()]
    await command(stepped, 'resume')
    await settle({ [a]: 'running', [b]: 'running', [c]: 'queued 1', [stepped]: 'queued 2' })
  })

  it('keeps its position when its process reports a status', async () => {
    const { a, process } = await displaced()
    await command(a, 'resume')
    const followed = follow(host, a)
    await followed.until('queued')
    process.emit('status', { ...process.status, checkpoint: 7 })
    await vi.waitFor(() => expect(followed.status).toMatchObject({ state: 'queued', queue: 1, checkpoint: 7 }))
  })

  it('can be stopped by its process while queued, so that its checkpoint is written', async () => {
    const { a, process } = await displaced()
    await command(a, 'resume')
    const stopped = await command(a, 'stop')
    expect([stopped.state, stopped.queue]).toEqual(['stopped', undefined])
    expect(process.calls.command.at(-1)).toMatchObject({ command: 'stop' })
  })

  it('leaves the queue when its process dies', async () => {
    const { a, b, c, process } = await displaced()
    await command(a, 'resume')
    const d = await start()
    process.die('SIGKILL')
    await settle({ [a]: 'interrupted', [b]: 'running', [c]: 'running', [d]: 'queued 1' })
  })

  it('is stopped with the host while queued too', async () => {
    const { a, process } = await displaced()
    await command(a, 'resume')
    await service.close()
    expect(process.calls.command.at(-1)).toMatchObject({ command: 'stop' })
    await open()
    expect((await standings())[a]).toBe('stopped')
  })
})

describe('an old run', () => {
  it('is removed with its files unless it is in progress', async () => {
    const run = await start()
    await expect(host.call['runs.remove']({ run })).rejects.toMatchObject({ code: 'run.still-under-way' })
    await command(run, 'stop')
    await writeFile(join(home, 'runs', run, 'checkpoint.json'), '{}')
    await host.call['runs.remove']({ run })
    expect(await readdir(join(home, 'runs'))).toEqual([])
    await expect(host.call['runs.follow']({ run })).rejects.toMatchObject({ code: 'run.unknown' })
  })

  it('is removed with files left by a killed process; if it is a link, only the link is removed', async () => {
    const [stray, linked] = [await start(), await start()]
    for (const run of [stray, linked]) await command(run, 'stop')
    await writeFile(join(home, 'runs', stray, 'run.json.0123abcd.tmp'), '')
    await service.close()
    await rename(join(home, 'runs', linked), join(home, 'elsewhere'))
    await symlink(join(home, 'elsewhere'), join(home, 'runs', linked))
    const before = await readdir(join(home, 'elsewhere'))
    await open()
    for (const run of [stray, linked]) await host.call['runs.remove']({ run })
    expect(await readdir(join(home, 'runs'))).toEqual([])
    expect(await readdir(join(home, 'elsewhere'))).toEqual(before)
  })

  it('is kept, however many follow, and hundreds are listed at once', { timeout: 60_000 }, async () => {
    const first = await start()
    await command(first, 'stop')
    for (let i = 0; i < 300; i++) await command(await start(), 'stop')
    await service.close()
    // Dated in the future, as by a wrong clock: its name makes it the newest.
    await cp(join(home, 'runs', first), join(home, 'runs', 'zzzzzzzz-000000000000'), { recursive: true })
    const record = join(home, 'runs', 'zzzzzzzz-000000000000', 'run.json')
    await writeFile(record, (await readFile(record, 'utf8')).replace(first, 'zzzzzzzz-000000000000'))
    const began = performance.now()
    await open()
    expect(await statuses(host)).toHaveLength(302)
    expect(performance.now() - began).toBeLessThan(3000)
    const last = await start()
    expect(await readdir(join(home, 'runs'))).toHaveLength(303)
    expect((await statuses(host)).map(({ run }) => run)).toEqual(expect.arrayContaining([first, last]))
  })
})

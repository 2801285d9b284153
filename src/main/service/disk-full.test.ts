/** A full disk: failed writes are reported, nothing is lost, and work continues once there is space. */
import type * as files from 'node:fs/promises'
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LabError, toProblem } from '@core/errors'
import { createService, type Service } from './service'
import { clientOf, history, statuses, type LabClient } from './testing/clients'
import { fakeWorkers, lossesFrom, type FakeWorkers } from './testing/fake-workers'

/** Error code of writes; null while there is space. */
const disk = vi.hoisted(() => ({ full: null as 'ENOSPC' | 'EDQUOT' | null }))
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>()
  const room = (): void => {
    if (disk.full) throw Object.assign(new Error(`${disk.full}: no space left`), { code: disk.full })
  }
  return {
    ...real,
    writeFile: async (...args: Parameters<typeof real.writeFile>) => {
      room()
      await real.writeFile(...args)
    },
    appendFile: async (...args: Parameters<typeof real.appendFile>) => {
      if (disk.full) await real.appendFile(args[0], String(args[1]).slice(0, 10)) // part of the data still fits
      room()
      await real.appendFile(...args)
    },
  }
})

const labs = resolve(import.meta.dirname, '../../../resources/labs')
let home: string
let service: Service
let host: LabClient
let workers: FakeWorkers

async function open(fakes = fakeWorkers()): Promise<void> {
  workers = fakes
  service = await createService({ home, labs, spawn: workers.spawn })
  host = clientOf(service)
}
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'disk-full-'))
  await open()
})
afterEach(async () => {
  disk.full = null
  await service.close()
  await rm(home, { recursive: true, force: true })
})
const start = async (): Promise<string> => {
  const lab = await host.call['labs.read']({ id: 'reverse' })
  return (await host.call['runs.start']({ lab, engine: 'tfjs', data: null })).run
}

const unsaved = {
  ...{ window: 'a', dirty: true, time: 1, document: { title: 'unsaved' } },
  ...{ path: null, name: null, data: null, run: null, history: null },
}

describe.each(['ENOSPC', 'EDQUOT'] as const)('%s', (code) => {
  it.each<[string, () => Promise<unknown>]>([
    ['a text', () => host.call['data.add']({ name: 'a.txt', bytes: new TextEncoder().encode('some text') })],
    ['a run', start],
    ['unsaved work', () => host.call['drafts.keep']({ id: 'one', draft: unsaved })],
    ['what a page remembers', () => host.call['memory.remember']({ key: 'theme', value: 'dark' })],
  ])('%s that cannot be saved is reported, and can be saved once there is space', async (_, keep) => {
    disk.full = code
    const refused = toProblem(await keep().catch((error: unknown) => error))
    expect(refused.code).toBe('file.disk-full')
    expect(await statuses(host)).toEqual([])
    disk.full = null
    await keep()
    await vi.waitFor(async () => {
      expect((await readdir(home, { recursive: true })).filter((name) => name.endsWith('.tmp'))).toEqual([])
    })
  })
})

it('measurements made meanwhile are written once there is space', async () => {
  const run = await start()
  const [worker] = workers.processes
  worker!.emit('telemetry', lossesFrom(1, 5, 4))
  const path = join(home, 'runs', run, 'metrics.jsonl')
  await vi.waitFor(async () => expect(await readFile(path, 'utf8')).toContain('"step":2'))
  disk.full = 'ENOSPC'
  worker!.emit('telemetry', lossesFrom(3, 3))
  await vi.waitFor(async () => expect(await readFile(path, 'utf8')).toMatch(/\n\{"step":3,$/))
  worker!.emit('telemetry', lossesFrom(4, 2))
  await vi.waitFor(async () => expect(await readFile(path, 'utf8')).toMatch(/\n\{"step":3,\n\{"step":3$/))
  disk.full = null
  worker!.emit('telemetry', lossesFrom(5, 1))
  await service.close()
  await open()
  expect((await history(host, run)).values('loss')).toEqual([5, 4, 3, 2, 1])
})

it('a run stopped while the disk is full keeps its process until its weights are written', async () => {
  await service.close()
  let hasRoom = false
  const fakes: FakeWorkers = fakeWorkers({
    command: ({ command }) => {
      const process = fakes.processes[0]!
      if (command === 'checkpoint' && !hasRoom) throw new LabError('checkpoint.unwritable', { directory: '', detail: '' })
      const checkpoint = command === 'checkpoint' ? process.status.step : process.status.checkpoint
      process.status = { ...process.status, state: command === 'stop' ? 'stopped' : process.status.state, checkpoint }
      return process.status
    },
  })
  await open(fakes)
  const run = await start()
  fakes.processes[0]!.tell({ step: 70, checkpoint: 40 })
  await host.call['runs.command']({ run, command: 'stop' })
  await expect(host.call['runs.resume']({ run })).rejects.toMatchObject({ code: 'checkpoint.unwritable' })
  expect(await statuses(host)).toMatchObject([{ state: 'stopped', step: 70 }])
  expect(fakes.processes.map(({ ended }) => ended)).toEqual([null])
  hasRoom = true
  await host.call['runs.resume']({ run })
  expect(fakes.processes).toHaveLength(2)
})

it('a run whose files cannot be deleted stays listed, and can be deleted later', async () => {
  const run = await start()
  await host.call['runs.command']({ run, command: 'stop' })
  const obstacle = join(home, 'runs', run, 'checkpoint.json') // a folder in place of a file
  await mkdir(obstacle)
  await expect(host.call['runs.remove']({ run })).rejects.toMatchObject({ code: 'file.failed' })
  expect(await statuses(host)).toMatchObject([{ run }])
  await service.close()
  await open()
  expect(await statuses(host)).toMatchObject([{ run }])
  await rmdir(obstacle)
  await host.call['runs.remove']({ run })
  expect(await statuses(host)).toEqual([])
  expect(await readdir(join(home, 'runs'))).toEqual([])
})

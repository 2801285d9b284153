/** What a page reports of a run that trains there: taken as it is where it is well-formed, refused without a trace where it is not. */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { newAbort } from '@core/contract/cancel'
import type { Client } from '@core/contract/client'
import type { RunReport } from '@core/contract/page-runs'
import type { RunCommand } from '@core/contract/runs'
import type { LabDocument } from '@core/lab/document'
import { createService, type Service } from './service'
import { clientOf, history, statuses, type LabClient } from './testing/clients'
import { fakeWorkers, type FakeWorkers } from './testing/fake-workers'

const labs = resolve(import.meta.dirname, '../../../resources/labs')
const pupil: Client = { person: 'ada', role: 'learner', workspace: 'ada' }
const run = 'mjk3v0t1-0123456789ab'
const lease = '0123456789abcdef'

let home: string
let service: Service
let workers: FakeWorkers
let client: LabClient
let lab: LabDocument
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'page-reports-'))
  workers = fakeWorkers()
  service = await createService({ home, labs, spawn: workers.spawn, runsAtOnce: 1 })
  client = clientOf(service, pupil)
  lab = await client.call['labs.read']({ id: 'reverse' })
})
afterEach(async () => {
  vi.useRealTimers()
  await service.close()
  await rm(home, { recursive: true, force: true })
})

const losses = (...steps: number[]): RunReport['series'] => ({
  loss: { steps: Int32Array.from(steps), values: Float32Array.from(steps, (step) => 1 / step) },
})
const report = (change: object = {}): RunReport => ({
  run,
  lease,
  begin: { lab, data: null, after: 0, continuedFrom: null },
  status: {
    ...{ run, state: 'running', place: 'page', step: 2, steps: 100, engine: 'tfjs' },
    ...{ learningRate: 0.01, parameters: 7, checkpoint: null, problem: null },
  },
  series: losses(1, 2),
  summary: null,
  files: [],
  kept: [],
  ...change,
})
const send = (change: object = {}): Promise<void> => client.call['runs.report'](report(change))
const stepsOf = async (): Promise<number[]> => [...(await history(client, run)).series.get('loss')!.points().steps]
const folder = (): string => join(home, 'workspaces', 'ada', 'runs', run)
const bytes = new Uint8Array([1, 2, 3])

describe('a report', () => {
  it('begins a run in the workspace of its page, which the queue does not wait for', async () => {
    await send()
    expect(await statuses(client)).toMatchObject([{ run, state: 'running', step: 2, place: 'page' }])
    expect(await statuses(clientOf(service))).toEqual([])
    const { run: other } = await client.call['runs.start']({ lab, engine: 'tfjs', data: null })
    expect((await history(client, other)).status?.state).toBe('running')
  })

  it('that comes twice, as after a lost connection, changes nothing', async () => {
    await send()
    await send({ series: losses(1, 2, 3) })
    await send({ begin: null, series: losses(2, 3) })
    expect(await stepsOf()).toEqual([1, 2, 3])
    expect((await readFile(join(folder(), 'metrics.jsonl'), 'utf8')).trim().split('\n').length).toBeGreaterThan(2)
  })

  it('replaces checkpoint files, weights before their description, and removes what the page no longer has', async () => {
    const weights = 'checkpoint.5-00000000.safetensors'
    await send({
      files: [
        { name: 'checkpoint.json', bytes },
        { name: weights, bytes },
      ],
      kept: ['checkpoint.json', weights],
    })
    const later = 'checkpoint.9-00000000.safetensors'
    await send({ begin: null, files: [{ name: later, bytes }], kept: ['checkpoint.json', later] })
    expect((await readdir(folder())).filter((name) => name.startsWith('checkpoint')).sort()).toEqual([
      'checkpoint.9-00000000.safetensors',
      'checkpoint.json',
    ])
    await send({ begin: null })
    expect(await readdir(folder())).toContain(later)
    expect(await client.call['runs.checkpoint']({ run }).catch((error: unknown) => error)).toMatchObject({
      code: 'run.no-checkpoint',
    })
    await send({ begin: null, status: { ...report().status, checkpoint: 9 } })
    expect((await client.call['runs.checkpoint']({ run })).files.map(({ name }) => name).sort()).toEqual([
      later,
      'checkpoint.json',
    ])
  })

  it.each([
    ['of an unknown run that does not begin', { begin: null }, 'run.unknown'],
    ['with a name that leads out of the folder', { files: [{ name: '../lab.json', bytes }] }, 'bad-argument'],
    ['with another file of the run', { files: [{ name: 'checkpoint.exe', bytes }] }, 'bad-argument'],
    ['with a file of another writer', { files: [{ name: 'checkpoint.9.checkpoint.json.tmp', bytes }] }, 'bad-argument'],
    ['with an id that is none', { run: '../../owner' }, 'bad-argument'],
    ['with steps in disorder', { series: losses(3, 2) }, 'bad-argument'],
    [
      'with fewer values than steps',
      { series: { loss: { steps: Int32Array.from([1]), values: new Float32Array() } } },
      'bad-argument',
    ],
    [
      'with too many series',
      { series: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [i, losses(1)['loss']])) },
      'bad-argument',
    ],
    ['with numbers instead of arrays', { series: { loss: { steps: [1], values: [1] } } }, 'bad-argument'],
    ['in a state that only a host can give', { status: { ...report().status, state: 'queued' } }, 'bad-argument'],
    ['with a lab that is none', { begin: { lab: {}, data: null, after: 0, continuedFrom: null } }, 'bad-argument'],
  ])('%s is refused', async (_, change, code) => {
    await expect(send(change)).rejects.toMatchObject({ code })
    expect((await statuses(client)).filter(({ state }) => state === 'running')).toEqual([])
  })

  it('of another lease is refused while the run is under way, and once it was continued elsewhere', async () => {
    await send({ status: { ...report().status, checkpoint: 2 } })
    const other = 'fedcba9876543210'
    await expect(send({ lease: other, begin: null })).rejects.toMatchObject({ code: 'run.taken-over' })
    await expect(send({ lease: other })).rejects.toMatchObject({ code: 'run.under-way' })
    await expect(client.call['runs.commands']({ run, lease: other })).rejects.toMatchObject({ code: 'run.taken-over' })
    await send({ begin: null, status: { ...report().status, state: 'stopped', checkpoint: 2 } })
    await client.call['runs.resume']({ run })
    expect((await history(client, run)).status?.place).toBeUndefined()
    await expect(send({ begin: null })).rejects.toMatchObject({ code: 'run.taken-over' })
    await expect(send()).rejects.toMatchObject({ code: 'run.under-way' })
  })

  it('of a run that was deleted meanwhile does not bring it back', async () => {
    await send({ status: { ...report().status, state: 'stopped' } })
    await client.call['runs.remove']({ run })
    await expect(send({ begin: null })).rejects.toMatchObject({ code: 'run.unknown' })
    expect(await statuses(client)).toEqual([])
  })
})

describe('the page of a run', () => {
  it('hears what others command, and is missed when it leaves', async () => {
    await send()
    const heard: RunCommand[] = []
    const abort = newAbort()
    const other = clientOf(service, pupil)
    await expect(other.call['runs.command']({ run, command: 'pause' })).rejects.toMatchObject({ code: 'run.page-away' })
    const steering = client.call['runs.commands'](
      { run, lease },
      { signal: abort.signal, onPart: (command) => void heard.push(command) },
    )
    await vi.waitFor(() => other.call['runs.command']({ run, command: 'pause' }))
    await vi.waitFor(() => expect(heard).toEqual(['pause']))
    abort.abort()
    await expect(steering).rejects.toMatchObject({ code: 'cancelled' })
    await vi.waitFor(
      async () =>
        expect((await statuses(client))[0]).toMatchObject({
          state: 'interrupted',
          problem: { code: 'run.page-left-at-start' },
        }),
      { timeout: 8000 },
    )
    await send({ begin: null, series: losses(3) })
    expect(await stepsOf()).toEqual([1, 2, 3])
    expect((await statuses(client))[0]).toMatchObject({ state: 'running', problem: null })
  })
})

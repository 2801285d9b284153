/** Runs that train beyond their last step. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RunSummary } from '@core/contract/runs'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { createService, type Service } from './service'
import { clientOf, follow, history, statuses, type LabClient } from './testing/clients'
import { fakeWorkers, lossesFrom, type FakeWorkers } from './testing/fake-workers'

const labs = resolve(import.meta.dirname, '../../../resources/labs')
const summary: RunSummary = {
  ...{ steps: 200, loss: 0.5, evaluation: { loss: 0.5 }, parameters: 10, engine: 'tfjs' },
  ...{ endedEarly: false, msPerStep: 1, stateHash: 'x' },
}

let home: string
let service: Service
let workers: FakeWorkers
let host: LabClient
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'continue-'))
  await open()
})
afterEach(async () => {
  await service.close()
  await rm(home, { recursive: true, force: true })
})

async function open(fakes = fakeWorkers()): Promise<void> {
  workers = fakes
  service = await createService({ home, labs, spawn: workers.spawn, runsAtOnce: 1 })
  host = clientOf(service)
}

/** A run of 200 steps. */
async function run(state: 'finished' | 'stopped' | 'interrupted' | 'failed', step: number): Promise<string> {
  const lab = await host.call['labs.read']({ id: 'reverse' })
  const document: LabDocument = { ...lab, training: { ...lab.training, steps: 200 } }
  const { run } = await host.call['runs.start']({ lab: document, engine: 'tfjs', data: null })
  const worker = workers.processes.at(-1)!
  worker.emit('telemetry', lossesFrom(1, ...Array.from({ length: step }, () => 1)))
  if (state === 'finished') worker.emit('summary', { ...summary, steps: step })
  worker.tell({ run, steps: 200, state: state === 'interrupted' ? 'running' : state, step, checkpoint: step })
  const followed = follow(host, run)
  await vi.waitFor(() => expect(followed.status?.checkpoint).toBe(step))
  if (state === 'interrupted') worker.die('SIGKILL')
  await followed.until(state)
  followed.stop()
  return run
}
const stepsOf = async (id: string): Promise<number> => (await host.call['runs.read']({ run: id })).lab.training.steps
const trained = () => workers.processes.at(-1)!.calls.train[0]!

describe('a continued run', () => {
  it('trains more steps beyond its last, as the same run, with its series', async () => {
    const id = await run('finished', 200)
    const followed = follow(host, id)
    await followed.until('finished')
    const resumed = await host.call['runs.resume']({ run: id, more: 50 })
    expect(resumed).toMatchObject({ run: id, state: 'running', steps: 250 })
    expect(trained()).toMatchObject({ run: id, restore: true, continuedFrom: 200, lab: { training: { steps: 250 } } })
    workers.processes[1]!.emit('telemetry', lossesFrom(201, 0.5))
    workers.processes[1]!.tell({ state: 'finished', step: 250, checkpoint: 250 })
    await followed.until('finished')
    const told = await history(host, id)
    expect(told.steps('loss')).toHaveLength(101) // the fake worker continues from step 100
    expect(await statuses(host)).toHaveLength(1)
    await service.close()
    await open()
    expect(await stepsOf(id)).toBe(250)
    expect(await statuses(host)).toMatchObject([{ run: id, steps: 250, state: 'finished' }])
  })

  it.each([
    ['stopped', 150, 260],
    ['interrupted', 150, 260],
    ['failed', 150, 260],
    ['finished', 150, 210], // ended early: the new steps count from there
  ] as const)('that was %s at step %i has %i steps in total with 60 more', async (state, step, total) => {
    const id = await run(state, step)
    expect((await host.call['runs.resume']({ run: id, more: 60 })).steps).toBe(total)
    expect(trained()).toMatchObject({ continuedFrom: step, lab: { training: { steps: total } } })
    expect(await stepsOf(id)).toBe(total)
  })

  it('has no summary until it finishes again', async () => {
    const id = await run('finished', 200)
    expect((await history(host, id)).summary).toMatchObject({ steps: 200 })
    await host.call['runs.resume']({ run: id, more: 50 })
    expect((await history(host, id)).summary).toBeNull()
  })

  it('resumes to its new end when interrupted, without a number of steps', async () => {
    const id = await run('finished', 200)
    await host.call['runs.resume']({ run: id, more: 50 })
    workers.processes[1]!.die('SIGKILL')
    await follow(host, id).until('interrupted')
    expect(await host.call['runs.resume']({ run: id })).toMatchObject({ steps: 250 })
    expect(trained()).toMatchObject({ continuedFrom: 200, lab: { training: { steps: 250 } } })
  })

  it('needs a number of steps if it has taken all of its own, within the limit', async () => {
    const id = await run('finished', 200)
    await expect(host.call['runs.resume']({ run: id })).rejects.toMatchObject({ code: 'run.finished' })
    await expect(host.call['runs.resume']({ run: id, more: 10_000_000 })).rejects.toMatchObject({
      code: 'run.too-many-steps',
      params: { steps: 10_000_200 },
    })
    await expect(host.call['runs.resume']({ run: id, more: 0 })).rejects.toMatchObject({ code: 'bad-argument' })
    expect(await statuses(host)).toMatchObject([{ state: 'finished', steps: 200 }])
    expect(workers.processes[0]!.ended).toBeNull()
  })

  it('is unchanged if its worker rejects it', async () => {
    let refuse = false
    await service.close()
    await open(
      fakeWorkers({
        train: ({ run, lab }) => {
          if (refuse) throw new LabError('run.out-of-memory', { megabytes: 1 })
          const { steps, learningRate } = lab.training
          const status = { run, state: 'running', step: 0, steps, learningRate, engine: 'tfjs', parameters: 1 } as const
          return { ...status, checkpoint: null, problem: null }
        },
      }),
    )
    const id = await run('finished', 200)
    refuse = true
    await expect(host.call['runs.resume']({ run: id, more: 50 })).rejects.toMatchObject({ code: 'run.out-of-memory' })
    const problem = { code: 'run.out-of-memory' }
    expect(await statuses(host)).toMatchObject([{ state: 'finished', step: 200, steps: 200, problem }])
    expect((await history(host, id)).summary).toMatchObject({ steps: 200 })
    await service.close()
    await open()
    expect(await stepsOf(id)).toBe(200)
  })

  it('is unchanged if it is removed from the queue before its turn', async () => {
    const id = await run('finished', 200)
    const [idle] = workers.processes
    const other = await host.call['labs.read']({ id: 'reverse' })
    const { run: training } = await host.call['runs.start']({ lab: other, engine: 'tfjs', data: null })
    expect(await host.call['runs.resume']({ run: id, more: 50 })).toMatchObject({ state: 'queued', queue: 1, steps: 250 })
    expect(await host.call['runs.command']({ run: id, command: 'stop' })).toMatchObject({ state: 'finished', steps: 200 })
    expect(idle!.ended).toBeNull()

    await host.call['runs.resume']({ run: id, more: 50 })
    await host.call['runs.command']({ run: training, command: 'stop' })
    await vi.waitFor(() => expect(workers.processes).toHaveLength(3))
    expect(trained()).toMatchObject({ run: id, lab: { training: { steps: 250 } } })
    expect(idle!.ended).not.toBeNull()
  })

  it('first saves weights that could not be saved when it ended', async () => {
    const id = await run('finished', 200)
    workers.processes[0]!.tell({ checkpoint: 120, problem: { code: 'checkpoint.unwritable', params: {} } })
    await vi.waitFor(async () => expect((await statuses(host))[0]!.checkpoint).toBe(120))
    expect((await host.call['runs.resume']({ run: id, more: 50 })).steps).toBe(250)
    expect(workers.processes[0]!.calls.command).toMatchObject([{ command: 'checkpoint' }])
    expect(trained()).toMatchObject({ continuedFrom: 200 })
  })
})

it('the request of a run is on disk before its worker starts', async () => {
  const id = await run('finished', 200)
  await host.call['runs.resume']({ run: id, more: 50 })
  const kept = JSON.parse(await readFile(join(home, 'runs', id, 'lab.json'), 'utf8')) as {
    lab: LabDocument
    continuedFrom: number
  }
  expect([kept.lab.training.steps, kept.continuedFrom]).toEqual([250, 200])
})

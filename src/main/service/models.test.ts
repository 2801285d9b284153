/** Which worker serves a model, and which ones close when memory is short. Workers are fakes controlled by the tests. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { aborted, newAbort } from '@core/contract/cancel'
import type { Look, ModelRef } from '@core/contract/look'
import { LabError } from '@core/errors'
import { createService, type Service, type ServiceOptions } from './service'
import { clientOf, follow, statuses, type LabClient } from './testing/clients'
import { fakeWorkers, lossesFrom, type FakeWorker, type FakeWorkers } from './testing/fake-workers'

const labs = resolve(import.meta.dirname, '../../../resources/labs')
const giga = 2 ** 30

let home: string
let service: Service
let workers: FakeWorkers
let host: LabClient
let memory: number
let time: number

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'models-'))
  ;[memory, time] = [8 * giga, 0]
})
afterEach(async () => {
  vi.useRealTimers()
  await service.close()
  await rm(home, { recursive: true, force: true })
})

async function open(fakes = fakeWorkers(), options: Partial<ServiceOptions> = {}): Promise<void> {
  workers = fakes
  const surroundings = { availableMemory: () => memory, now: () => ++time }
  service = await createService({ home, labs, spawn: workers.spawn, ...surroundings, ...options })
  host = clientOf(service)
}

/** A run that has ended, with its worker. */
async function ended(state: 'finished' | 'stopped' | 'failed' = 'finished') {
  const lab = await host.call['labs.read']({ id: 'reverse' })
  const { run } = await host.call['runs.start']({ lab, engine: 'tfjs', data: null })
  const worker = workers.processes.at(-1)!
  worker.tell({ state, step: 100, checkpoint: 100 })
  await follow(host, run).until(state)
  return { run, worker }
}

/** Resolves once the service has noticed. */
async function kill(worker: FakeWorker): Promise<void> {
  worker.die('SIGKILL')
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
}

/** Subscribes to looks until cancelled. */
function looking(model: ModelRef | { run: string }, client = host, sample = 0) {
  const abort = newAbort()
  const looks: Look[] = []
  const request = { model, look: { inputs: [{ sample }] }, every: 50 }
  const over = client.call['models.look'](request, { signal: abort.signal, onPart: (look) => void looks.push(look) }).catch(
    (error: unknown) => error as LabError,
  )
  const told = (count = 1): Promise<void> => vi.waitFor(() => expect(looks.length).toBeGreaterThanOrEqual(count))
  return { looks, over, told, cancel: () => abort.abort() }
}
const once = (model: { run: string; step?: number; nearest?: boolean }) =>
  host.call['models.look']({ model, look: { inputs: [{ sample: 0 }] } })

describe('a model', () => {
  it('of a run with a worker is looked at there, whatever the state of the run', async () => {
    await open()
    for (const state of ['finished', 'stopped', 'failed'] as const) {
      const { run, worker } = await ended(state)
      const { looks, told, cancel } = looking({ run })
      await told()
      expect(looks).toMatchObject([{ step: 100 }])
      expect(worker.calls.look).toMatchObject([{ look: { inputs: [{ sample: 0 }] }, every: 50 }])
      cancel()
    }
    expect(workers.processes).toHaveLength(3)
  })

  it('of a run without a worker is opened from its folder, once for all clients', async () => {
    await open()
    const { run, worker } = await ended()
    await kill(worker)
    const [first, second] = [looking({ run }), looking({ run }, clientOf(service), 5)]
    await Promise.all([first.told(), second.told()])
    expect(workers.processes).toHaveLength(2)
    expect(workers.processes[1]!.calls.open).toEqual([{ directory: join(home, 'runs', run), engine: 'tfjs', data: null }])
    expect(workers.processes[1]!.calls.look.map(({ look }) => look.inputs)).toEqual([[{ sample: 0 }], [{ sample: 5 }]])
  })

  it('of a run from before the host started is opened too', async () => {
    await open()
    const { run } = await ended()
    await service.close()
    await open()
    expect(await once({ run })).toBeNull()
    expect(workers.processes[0]!.calls.open).toHaveLength(1)
  })

  it('can be requested by the step of the checkpoint or an earlier one, and by none to come', async () => {
    await open()
    const { run, worker } = await ended()
    expect(await once({ run, step: 100 })).toBeNull()
    await expect(once({ run, step: 101 })).rejects.toMatchObject({
      code: 'model.no-such-step',
      params: { step: 101, kept: 100 },
    })
    worker.tell({ state: 'running', step: 150 })
    await follow(host, run).until('running')
    const pinned = looking({ run, step: 100 })
    await pinned.told()
    expect(workers.processes[1]!.calls.open).toHaveLength(1)
    worker.tell({ checkpoint: 150, step: 170 })
    await vi.waitFor(async () => expect((await statuses(host))[0]!.checkpoint).toBe(150))
    expect(await once({ run, step: 100 })).toBeNull() // still open, as a client looks at it
    expect(pinned.looks.map(({ step }) => step)).toEqual([100])
  })

  it('of a run that trains can be requested by every step it has measured, also before its first checkpoint', async () => {
    await open()
    const lab = await host.call['labs.read']({ id: 'reverse' })
    const { run } = await host.call['runs.start']({ lab, engine: 'tfjs', data: null })
    const [worker] = workers.processes
    worker!.tell({ state: 'running', step: 1 })
    await follow(host, run).until('running')
    await expect(once({ run, step: 30, nearest: true })).rejects.toMatchObject({ code: 'model.no-such-step' })
    worker!.emit('telemetry', lossesFrom(2, ...Array.from({ length: 40 }, () => 1)))
    await vi.waitFor(() => once({ run, step: 30, nearest: true }))
    expect(workers.processes[1]!.calls.openPast).toHaveLength(1)
    await expect(once({ run, step: 42 })).rejects.toMatchObject({ code: 'model.no-such-step' })
  })

  it('of the past is held by one worker for all steps, which the nearest or the exact one is asked of', async () => {
    await open()
    const { run } = await ended()
    expect(await once({ run, step: 70 })).toBeNull()
    expect(await once({ run, step: 20, nearest: true })).toBeNull()
    const past = workers.processes[1]!
    expect(past.calls.openPast).toMatchObject([{ engine: 'tfjs' }])
    expect(past.calls.look.map(({ at }) => at)).toEqual([
      { step: 70, isExact: true },
      { step: 20, isExact: false },
    ])
    expect(workers.processes).toHaveLength(2)
  })

  it('without a checkpoint, or of an unknown run, is reported', async () => {
    await open()
    const lab = await host.call['labs.read']({ id: 'reverse' })
    const { run } = await host.call['runs.start']({ lab, engine: 'tfjs', data: null })
    workers.processes[0]!.die('SIGKILL')
    await follow(host, run).until('interrupted')
    await expect(once({ run })).rejects.toMatchObject({ code: 'model.nothing-kept' })
    await expect(once({ run, step: 3 })).rejects.toMatchObject({ code: 'model.nothing-kept' })
    await expect(once({ run: 'none' })).rejects.toMatchObject({ code: 'run.unknown' })
  })

  it('that cannot be opened reports the reason, and is retried the next time', async () => {
    let refuse = true
    await open(
      fakeWorkers({
        open: () => {
          if (refuse) throw new LabError('checkpoint.missing', { directory: 'x' })
          return { engine: 'tfjs', parameters: 1, step: 100 }
        },
      }),
    )
    const { run, worker } = await ended()
    await kill(worker)
    await expect(once({ run })).rejects.toMatchObject({ code: 'checkpoint.missing' })
    expect(workers.processes[1]!.ended).not.toBeNull()
    refuse = false
    expect(await once({ run })).toBeNull()
  })
})

describe('clients that look', () => {
  it('get separate looks: one cancels, another disconnects, and the third continues', async () => {
    await open()
    const { run, worker } = await ended()
    worker.tell({ state: 'running' })
    const leaving = clientOf(service)
    const looks = [looking({ run }, host, 1), looking({ run }, leaving, 2), looking({ run }, host, 3)] as const
    for (const each of looks) await each.told()
    looks[0].cancel()
    leaving.close()
    expect(await looks[0].over).toMatchObject({ code: 'cancelled' })
    expect(await looks[1].over).toMatchObject({ code: 'connection-closed' })
    await statuses(host)
    worker.tell({ step: 101 })
    await looks[2].told(2)
    expect(looks.map((each) => each.looks.map(({ step }) => step))).toEqual([[100], [100], [100, 101]])
  })

  it('end the work in the worker by cancelling', async () => {
    const ends: string[] = []
    await open(
      fakeWorkers({
        look: async (_, { signal }) => {
          await aborted(signal)
          ends.push('look')
          return null
        },
        evaluate: async (_, { signal }) => {
          await aborted(signal)
          ends.push('evaluate')
          throw new LabError('cancelled')
        },
      }),
    )
    const { run, worker } = await ended()
    const look = looking({ run })
    const abort = newAbort()
    const evaluation = host.call['models.evaluate']({ model: { run }, mutes: {} }, { signal: abort.signal })
    await vi.waitFor(() => expect([worker.calls.look.length, worker.calls.evaluate.length]).toEqual([1, 1]))
    look.cancel()
    abort.abort()
    await expect(evaluation).rejects.toMatchObject({ code: 'cancelled' })
    await vi.waitFor(() => expect(ends.toSorted()).toEqual(['evaluate', 'look']))
  })

  it('follow the run when it is interrupted, and when it continues', async () => {
    await open()
    const { run, worker } = await ended('stopped')
    const look = looking({ run })
    await look.told()
    worker.die('SIGKILL')
    await look.told(2)
    expect(workers.processes[1]!.calls.open).toHaveLength(1)
    await host.call['runs.resume']({ run })
    await look.told(3)
    expect(workers.processes[2]!.calls.look).toHaveLength(1)
    workers.processes[2]!.tell({ step: 120 })
    await look.told(4)
    expect(look.looks.map(({ step }) => step)).toEqual([100, 100, 100, 120])
    expect(workers.processes[1]!.ended).not.toBeNull()
  })

  it('also follow when the run continues while its model is still being opened', async () => {
    let opened = (): void => undefined
    const opening = new Promise<void>((resolve) => (opened = resolve))
    await open(
      fakeWorkers({
        open: async () => {
          await opening
          return { engine: 'tfjs', parameters: 1, step: 100 }
        },
      }),
    )
    const { run, worker } = await ended('stopped')
    await kill(worker)
    const look = looking({ run })
    await vi.waitFor(() => expect(workers.processes[1]!.calls.open).toHaveLength(1))
    await host.call['runs.resume']({ run })
    opened()
    await look.told()
    workers.processes[2]!.tell({ step: 120 })
    await look.told(2)
    expect(look.looks.map(({ step }) => step)).toEqual([100, 120])
    expect(workers.processes[1]!.ended).not.toBeNull()
  })

  it('use a new worker if the current one is closing', async () => {
    await open()
    const { run, worker } = await ended('stopped')
    await kill(worker)
    expect(await once({ run })).toBeNull()
    await host.call['runs.resume']({ run }) // closes the opened model; its process still exists
    expect(await once({ run, step: 100 })).toBeNull()
    expect(workers.processes.map(({ calls }) => calls.open.length)).toEqual([0, 1, 0, 1])
  })

  it('at the step of a checkpoint stay there when the run continues', async () => {
    await open()
    const { run } = await ended('stopped')
    const pinned = looking({ run, step: 100 })
    await pinned.told()
    await host.call['runs.resume']({ run })
    await pinned.told(2) // from the folder, as its worker was closed
    workers.processes[1]!.tell({ step: 130, checkpoint: 130 })
    await statuses(host)
    expect(pinned.looks.map(({ step }) => step)).toEqual([100, 100])
    pinned.cancel()
  })

  it('get the exit reason of a worker that died before it answered, without a retry', async () => {
    await open(
      fakeWorkers({
        look: () => {
          workers.processes[0]!.die('SIGSEGV')
          return null
        },
      }),
    )
    const { run } = await ended()
    expect(await looking({ run }).over).toMatchObject({ code: 'process.ended', params: { how: 'SIGSEGV' } })
    expect(workers.processes).toHaveLength(1)
  })

  it('at one run are not blocked by another whose worker hangs', async () => {
    await open(
      fakeWorkers({ look: (_, call) => (workers.processes[0]!.calls.look.length > 0 ? aborted(call.signal) : null) as never }),
    )
    const hung = await ended()
    const stuck = looking({ run: hung.run })
    await vi.waitFor(() => expect(hung.worker.calls.look).toHaveLength(1))
    const other = await ended()
    const answered = host.call['models.evaluate']({ model: { run: other.run }, mutes: {} })
    expect(await answered).toMatchObject({ samples: 10 })
    expect(stuck.looks).toEqual([])
    stuck.cancel()
  })

  it('at a run that is removed are informed', async () => {
    await open()
    const { run, worker } = await ended()
    await kill(worker)
    const look = looking({ run })
    await look.told()
    await host.call['runs.remove']({ run })
    expect(await look.over).toMatchObject({ code: 'run.unknown' })
    expect(workers.processes[1]!.ended).not.toBeNull()
  })
})

describe('scores of heads', () => {
  it('are answered by the model of any step, with progress reports; circuits and the uses of tokens too', async () => {
    await open()
    const { run, worker } = await ended()
    const progress = vi.fn()
    const report = await host.call['models.heads']({ model: { run } }, { onPart: progress })
    expect(report.heads).toEqual([])
    expect(progress).toHaveBeenCalledWith({ done: 1, of: 1 })
    await host.call['models.circuits']({ model: { run }, head: { block: 'attention', head: 1 } })
    expect(await host.call['models.tokens']({ model: { run }, sequence: 'source' })).toMatchObject({ samples: 10 })
    expect(worker.calls.tokens).toEqual([{ sequence: 'source', at: null }])
    expect(worker.calls.heads).toEqual([{ muting: true, at: null }])
    expect(worker.calls.circuits).toEqual([{ head: { block: 'attention', head: 1 }, at: null }])
  })
})

describe('the logit lens', () => {
  it('is answered by the model now, or by that of an earlier step, for any input', async () => {
    await open()
    const { run, worker } = await ended()
    const mutes = { 'attention/heads': [0, 1] }
    const input = { text: 'abc' }
    expect(await host.call['models.lens']({ model: { run }, input, mutes })).toMatchObject({ positions: 0, layers: [] })
    expect(worker.calls.lens).toEqual([{ input: { text: 'abc', source: null }, mutes, at: null }])
    await host.call['models.lens']({ model: { run, step: 3 }, input, mutes: {} })
    const past = workers.processes.find(({ calls }) => calls.openPast.length > 0)
    expect(past?.calls.lens).toEqual([{ input: { text: 'abc', source: null }, mutes: {}, at: { step: 3, isExact: true } }])
  })
})

describe('an evaluation with mutes', () => {
  it('is answered with progress reports, to its caller only', async () => {
    await open()
    const { run, worker } = await ended()
    const followed = follow(clientOf(service), run)
    await followed.until('finished')
    const progress = vi.fn()
    const mutes = { 'attention/heads': [0, 1] }
    const answer = await host.call['models.evaluate']({ model: { run }, mutes }, { onPart: progress })
    expect(answer).toMatchObject({
      plain: { metrics: { accuracy: 0.9 } },
      changed: { metrics: { accuracy: 0.5 } },
      broken: { count: 2, samples: [3, 5] },
    })
    expect(progress).toHaveBeenCalledExactlyOnceWith({ done: 1, of: 1 })
    expect(worker.calls.evaluate).toEqual([{ mutes, at: null }])
    expect(followed.parts).toHaveLength(1)
  })
})

describe('idle workers', () => {
  it('stay open when another run starts, if there is enough memory', async () => {
    await open()
    const first = await ended()
    const look = looking({ run: first.run })
    await look.told()
    const second = await ended()
    await ended()
    expect(workers.processes.map(({ ended }) => ended)).toEqual([null, null, null])
    expect([first.worker.ended, second.worker.ended, look.looks.length]).toEqual([null, null, 1])
  })

  it('are closed when memory is short: first those without looks, least recently used first; looks are ended with an error', async () => {
    await open()
    const [looked, unused, older] = [await ended(), await ended(), await ended()]
    expect(await once({ run: unused.run })).toBeNull()
    const look = looking({ run: looked.run })
    await look.told()
    const closed: string[] = []
    for (const [name, { worker }] of Object.entries({ looked, unused, older })) {
      const die = worker.die.bind(worker)
      worker.die = (how) => {
        if (worker.ended === null) closed.push(name)
        die(how)
      }
    }
    memory = giga / 2
    const { run } = await ended()
    expect(closed).toEqual(['older', 'unused', 'looked'])
    expect(await look.over).toMatchObject({ code: 'model.made-room', params: { run: looked.run } })
    expect((await statuses(host)).map(({ state }) => state)).toEqual(['finished', 'finished', 'finished', 'finished'])
    memory = 8 * giga
    expect(await once({ run: looked.run })).toBeNull() // opened again
    expect(await once({ run })).toBeNull()
  })

  it('are closed only until there is enough memory', async () => {
    await open()
    const [first, second] = [await ended(), await ended()]
    memory = giga / 2
    const die = first.worker.die.bind(first.worker)
    first.worker.die = (how) => {
      memory = 4 * giga
      die(how)
    }
    await ended()
    expect([first.worker.ended, second.worker.ended]).toEqual([expect.any(String), null])
  })

  it('never exceed their maximum number', async () => {
    await open(fakeWorkers(), { limits: { reserve: giga, mostIdle: 2, unused: 1e9 } })
    const runs = [await ended(), await ended(), await ended(), await ended()]
    expect(runs.map(({ worker }) => worker.ended !== null)).toEqual([true, false, false, false])
    await kill(runs[1]!.worker)
    expect(await once({ run: runs[0]!.run })).toBeNull()
    expect(runs.map(({ worker }) => worker.ended !== null)).toEqual([true, true, true, false])
  })

  it("exclude those that train or are paused, and those with the only copy of their run's weights", async () => {
    await open()
    const lab = await host.call['labs.read']({ id: 'reverse' })
    await host.call['runs.start']({ lab, engine: 'tfjs', data: null, paused: true })
    const unkept = await ended()
    unkept.worker.tell({ checkpoint: 60 })
    await vi.waitFor(async () => expect((await statuses(host))[1]!.checkpoint).toBe(60))
    memory = 0
    await ended()
    expect(workers.processes.map(({ ended }) => ended)).toEqual([null, null, null])
  })

  it('are closed after a time without looks', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    await open(fakeWorkers(), { limits: { reserve: giga, mostIdle: 8, unused: 1000 } })
    const [unused, looked] = [await ended(), await ended()]
    const look = looking({ run: looked.run })
    await look.told()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(unused.worker.ended).toBeNull()
    time += 1000
    await vi.advanceTimersByTimeAsync(60_000)
    await vi.waitFor(() => expect(unused.worker.ended).not.toBeNull())
    expect(looked.worker.ended).toBeNull()
  })
})

describe('generation', () => {
  const never = () => new Promise<never>(() => undefined)
  const generate = (run: string, client = host) => client.call['models.generate']({ model: { run }, request: { prompt: 'x' } })

  it('uses a separate worker with the current model, and answers its caller only', async () => {
    await open(
      fakeWorkers({
        generate: ({ request: { prompt } }, { part }) => {
          part({ prompt, written: [] })
          return { prompt, written: [], tokens: 0, milliseconds: 1, cached: true, engine: 'tfjs', step: 7 }
        },
      }),
    )
    const { run, worker } = await ended()
    worker.tell({ state: 'running', step: 107 })
    await follow(host, run).until('running')
    const told = vi.fn()
    const request = { model: { run }, request: { prompt: 'x' } }
    expect(await host.call['models.generate'](request, { onPart: told })).toMatchObject({ prompt: 'x', step: 7 })
    expect(told).toHaveBeenCalledExactlyOnceWith({ prompt: 'x', written: [] })
    expect(worker.calls.command).toMatchObject([{ command: 'checkpoint' }])
    const [, generating] = workers.processes
    expect(generating!.calls.generate).toMatchObject([
      {
        folder: { directory: join(home, 'runs', run), engine: 'tfjs', data: null, at: null },
        request: { prompt: 'x', topK: 0 },
      },
    ])
    expect([worker.ended, generating!.ended]).toEqual([null, expect.any(String)])
    await expect(generate('none')).rejects.toMatchObject({ code: 'run.unknown' })
    const tooShort = host.call['models.generate']({ model: { run }, request: { length: 0 } })
    await expect(tooShort).rejects.toMatchObject({ code: 'bad-argument' })
  })

  it('sends no command to an idle worker, and needs a checkpoint', async () => {
    await open()
    const { run, worker } = await ended()
    await generate(run)
    expect(worker.calls.command).toEqual([])
    await expect(host.call['models.generate']({ model: { run, step: 500 }, request: {} })).rejects.toMatchObject({
      code: 'model.no-such-step',
    })
    const lab = await host.call['labs.read']({ id: 'reverse' })
    const begun = await host.call['runs.start']({ lab, engine: 'tfjs', data: null })
    workers.processes.at(-1)!.die('SIGKILL')
    await follow(host, begun.run).until('interrupted')
    await expect(generate(begun.run)).rejects.toMatchObject({ code: 'model.nothing-kept' })
    expect(workers.processes.at(-1)!.ended).not.toBeNull()
  })

  it('ends with its worker when it is cancelled or the page disconnects; others continue', async () => {
    await open(fakeWorkers({ generate: never }))
    const { run } = await ended()
    const abort = newAbort()
    const request = { model: { run }, request: {} }
    const cancelled = host.call['models.generate'](request, { signal: abort.signal }).catch((error: unknown) => error)
    await vi.waitFor(() => expect(workers.processes[1]?.calls.generate).toHaveLength(1))
    const leaving = clientOf(service)
    const left = generate(run, leaving).catch((error: unknown) => error)
    await vi.waitFor(() => expect(workers.processes[2]?.calls.generate).toHaveLength(1))
    abort.abort()
    expect(await cancelled).toMatchObject({ code: 'cancelled' })
    await vi.waitFor(() => expect(workers.processes[1]!.ended).not.toBeNull())
    expect(workers.processes[2]!.ended).toBeNull()
    leaving.close()
    await left
    await vi.waitFor(() => expect(workers.processes[2]!.ended).not.toBeNull())
  })

  it('happens where a model is open that does not train, so that it is in memory once', async () => {
    await open()
    const { run, worker } = await ended()
    await kill(worker)
    await generate(run)
    await generate(run)
    await host.call['models.generate']({ model: { run, step: 7 }, request: {} }) // a step of its past
    const [, opened, past] = workers.processes
    expect(opened!.calls.generate).toMatchObject([{ folder: null, request: { prompt: 'x' } }, { folder: null }])
    expect(past!.calls.generate).toMatchObject([{ folder: { at: 7 } }])
    expect([opened!.ended, past!.ended]).toEqual([null, expect.any(String)])
  })

  it('fails with the exit reason of its worker', async () => {
    await open(fakeWorkers({ generate: never }))
    const { run } = await ended()
    const writing = generate(run).catch((error: unknown) => error)
    await vi.waitFor(() => expect(workers.processes[1]?.calls.generate).toHaveLength(1))
    workers.processes[1]!.die('SIGSEGV')
    expect(await writing).toMatchObject({ code: 'process.ended', params: { how: 'SIGSEGV' } })
  })
})

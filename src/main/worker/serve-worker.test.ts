/** The worker contract over an in-memory port, as the service uses it. */
import { cp, mkdtemp, readdir, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { newAbort } from '@core/contract/cancel'
import type { Look, LookRequest } from '@core/contract/look'
import { memoryPorts } from '@core/contract/memory-port'
import { connect, type Connection } from '@core/contract/rpc'
import type { RunStatus, RunSummary, Telemetry } from '@core/contract/runs'
import { workerEvents, workerMethods, type WorkerEvents, type WorkerMethods } from '@core/contract/worker'
import { LabError } from '@core/errors'
import { firstModel } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import { timeOf } from '@core/series/along'
import { RunSeries } from '@core/series/series'
import { installedEngines } from '../engine/choose'
import { checkpointsIn } from '../engine/disk-storage'
import * as native from '../engine/onnxruntime/executor'
import { serveWorker } from './serve-worker'

vi.mock(import('../engine/onnxruntime/executor'), async (original) => {
  const real = await original()
  return { ...real, createOnnxExecutor: vi.fn(real.createOnnxExecutor) }
})

const root = resolve(import.meta.dirname, '../../..')
const places = { root, shardScript: join(root, 'out/main/shard.js') }

interface Worker extends Connection<WorkerMethods, WorkerEvents> {
  /** Resolves when everything is released. */
  readonly served: Promise<void>
}

let directory: string
let clear: boolean
let workers: Worker[]
let connection: Worker
let told: { statuses: RunStatus[]; telemetry: Telemetry[]; summaries: RunSummary[] }

function startWorker(): Worker {
  // As between processes, messages are cloned.
  const [ours, theirs] = memoryPorts(structuredClone)
  const port = {
    ...theirs,
    get clear() {
      return clear
    },
  }
  const served = serveWorker(port, places, (where, error) => expect.unreachable(`${where}: ${String(error)}`))
  const worker = { ...connect(ours, workerMethods, workerEvents), served }
  workers.push(worker)
  return worker
}
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'worker-'))
  clear = true
  workers = []
  connection = startWorker()
  told = { statuses: [], telemetry: [], summaries: [] }
  connection.on('status', (status) => told.statuses.push(status))
  connection.on('telemetry', (batch) => told.telemetry.push(batch))
  connection.on('summary', (summary) => told.summaries.push(summary))
})
afterEach(async () => {
  for (const worker of workers) {
    worker.close()
    await worker.served
  }
  await rm(directory, { recursive: true, force: true })
})

interface Options {
  readonly seconds?: number | null
  readonly moments?: number
  readonly fork?: Parameters<Worker['call']['train']>[0]['fork']
  readonly paused?: boolean
  readonly restore?: boolean
  readonly continuedFrom?: number
}
function train(training: Partial<LabDocument['training']> = {}, options: Options = {}) {
  const document = firstModel()
  const lab = { ...document, training: { ...document.training, steps: 60, evaluateEvery: 30, ...training } }
  const job = { run: 'run-1', lab, engine: 'auto', data: null, directory, restore: false, paused: false } as const
  return connection.call.train({ ...job, ...options })
}
const until = (state: string) => vi.waitFor(() => expect(told.statuses.at(-1)?.state).toBe(state), 10_000)
/** The engine that `auto` chooses on this machine. */
const automatic = installedEngines()[0]!.name
const endless = { steps: 1_000_000, evaluateEvery: 1_000_000 }

function seriesTold(): RunSeries {
  const series = new RunSeries()
  for (const { series: parts } of told.telemetry) series.add(parts)
  return series
}
const stepsOf = (name: string): number[] => [...(seriesTold().get(name)?.points().steps ?? [])]

/** Subscribes to looks; `onLook` delays the acceptance of each. */
function looking(
  request: Partial<LookRequest> = {},
  every: number | null = 50,
  onLook: () => void | Promise<void> = () => undefined,
) {
  const abort = newAbort()
  const looks: Look[] = []
  const onPart = (look: Look): void | Promise<void> => {
    looks.push(look)
    return onLook()
  }
  const look = { inputs: [{ sample: 0 }], ...request }
  const over = connection.call.look({ look, every }, { signal: abort.signal, onPart })
  over.catch(() => undefined)
  return { looks, over, cancel: () => abort.abort() }
}

test('a training reports every step in order, then its summary, then that it is finished', async () => {
  expect(await train()).toMatchObject({ run: 'run-1', steps: 60, engine: automatic, problem: null })
  await until('finished')
  const series = seriesTold()
  const all = Array.from({ length: 60 }, (_, index) => index + 1)
  for (const name of ['loss', 'accuracy', 'gradientNorm', 'learningRate']) {
    expect([name, stepsOf(name)]).toEqual([name, all])
    for (const value of series.get(name)!.points().values) expect(value).toBeGreaterThanOrEqual(0)
  }
  expect([stepsOf('validation/loss'), stepsOf('validation/accuracy')]).toEqual([
    [30, 60],
    [30, 60],
  ])
  expect(told.summaries).toHaveLength(1)
  expect(told.summaries[0]).toMatchObject({
    steps: 60,
    engine: automatic,
    stateHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  })
})

test('the time of its steps is recorded from what it was, without pauses; not at all where that is unknown', async () => {
  const began = performance.now()
  await train({ steps: 400 }, { seconds: 100 })
  const { step } = await connection.call.command({ command: 'pause' })
  await new Promise((resolve) => setTimeout(resolve, 400))
  await connection.call.command({ command: 'resume' })
  await until('finished')
  const spent = (performance.now() - began) / 1000
  const { steps, values } = seriesTold().get('seconds')!.points()
  expect([steps[0], steps.at(-1)]).toEqual([1, 400])
  expect([...values]).toEqual([...values].toSorted((a, b) => a - b))
  expect(values[0]).toBeGreaterThan(100)
  expect(values.at(-1)! - 100).toBeLessThan(spent - 0.4)
  // About ten a second.
  expect(steps.length).toBeLessThan(10 * spent + told.statuses.length + 2)
  const time = timeOf(seriesTold())!
  expect(time(step + 1) - time(step)).toBeLessThan(0.4)
  // Half of the steps take the median or longer.
  expect((values.at(-1)! - 100) * 1000).toBeGreaterThan(200 * told.summaries[0]!.msPerStep)

  connection = startWorker()
  told = { statuses: [], telemetry: [], summaries: [] }
  connection.on('status', (status) => told.statuses.push(status))
  connection.on('telemetry', (batch) => told.telemetry.push(batch))
  await train({}, { seconds: null })
  await until('finished')
  expect(stepsOf('seconds')).toEqual([])
})

test('a worker that cannot use the fastest engine reports it in every status, and trains', async () => {
  const unavailable = new LabError('engine.unavailable', { engine: 'onnxruntime', detail: 'no library' })
  vi.mocked(native.createOnnxExecutor).mockRejectedValueOnce(unavailable)
  const notice = { code: 'engine.fallback', params: { engine: 'onnxruntime', used: 'tfjs', detail: 'no library' } }
  expect(await train()).toMatchObject({ engine: 'tfjs', notice, problem: null })
  await until('finished')
  for (const status of told.statuses) expect(status).toMatchObject({ engine: 'tfjs', notice })
})

test('a worker that can has no notice', async () => {
  expect((await train({}, { paused: true })).notice).toBeUndefined()
})

test('telemetry arrives at most ten times a second', async () => {
  const began = performance.now()
  await train(endless)
  await vi.waitFor(() => expect(told.telemetry.length).toBeGreaterThan(10), 10_000)
  const seconds = (performance.now() - began) / 1000
  // A status also flushes pending telemetry.
  expect(told.telemetry.length - told.statuses.length).toBeLessThanOrEqual(10 * seconds + 1)
})

test('a host that falls behind gets fewer and larger batches, and misses no step', async () => {
  await train(endless)
  await vi.waitFor(() => expect(told.telemetry.length).toBeGreaterThan(0), 10_000)
  clear = false
  await new Promise((resolve) => setTimeout(resolve, 300))
  const batches = told.telemetry.length
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(told.telemetry).toHaveLength(batches)
  clear = true
  const { step } = await connection.call.command({ command: 'stop' })
  expect(stepsOf('loss')).toEqual(Array.from({ length: step }, (_, index) => index + 1))
})

describe('commands', () => {
  test('pause, step, resume and stop', async () => {
    await train(endless)
    const paused = await connection.call.command({ command: 'pause' })
    expect(paused.state).toBe('paused')
    expect(await connection.call.command({ command: 'step' })).toMatchObject({ state: 'paused', step: paused.step + 1 })
    expect(await connection.call.command({ command: 'resume' })).toMatchObject({ state: 'running' })
    const stopped = await connection.call.command({ command: 'stop' })
    expect(stopped).toMatchObject({ state: 'stopped', checkpoint: stopped.step })
  })

  test('a command is handled while steps run continuously', async () => {
    await train(endless)
    await vi.waitFor(() => expect(told.telemetry.length).toBeGreaterThan(3), 10_000)
    const { state, step } = await connection.call.command({ command: 'pause' })
    expect([state, step]).toEqual(['paused', stepsOf('loss').at(-1)])
  })

  test.each(['command', 'tune', 'look', 'evaluate'] as const)('%s without a model is rejected', async (name) => {
    const calls = {
      command: () => connection.call.command({ command: 'pause' }),
      tune: () => connection.call.tune({ learningRate: 1 }),
      look: () => looking({}, null).over,
      evaluate: () => connection.call.evaluate({ mutes: {} }),
    }
    await expect(calls[name]()).rejects.toMatchObject({ code: 'run.not-started' })
  })

  test('a second model is rejected', async () => {
    await train({}, { paused: true })
    await expect(train()).rejects.toMatchObject({ code: 'run.already-started' })
    const opening = connection.call.open({ directory, engine: 'auto', data: null })
    await expect(opening).rejects.toMatchObject({ code: 'run.already-started' })
  })
})

describe('looks', () => {
  test('arrive once, or repeatedly during training', async () => {
    await train(endless)
    const once = looking({}, null)
    expect(await once.over).toBeNull()
    expect(once.looks).toHaveLength(1)
    const subscribed = looking({ values: [{ name: 'embedding/table' }] })
    await vi.waitFor(() => expect(subscribed.looks.length).toBeGreaterThan(3), 20_000)
    const steps = subscribed.looks.map(({ step }) => step)
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b))
    expect(subscribed.looks[0]!.values['embedding/table']!.data).toBeInstanceOf(Float32Array)
  })

  test('wait while nothing changes, and continue with the next step', async () => {
    await train(endless, { paused: true })
    const { looks } = looking()
    await vi.waitFor(() => expect(looks).toHaveLength(1))
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(looks).toHaveLength(1)
    await connection.call.command({ command: 'step' })
    await vi.waitFor(() => expect(looks.map(({ step }) => step)).toEqual([0, 1]))
  })

  test('wait for a slow subscriber, which then gets the newest', async () => {
    await train(endless)
    const taking: (() => void)[] = []
    const { looks } = looking({}, 50, () => new Promise<void>((resolve) => taking.push(resolve)))
    await vi.waitFor(() => expect(looks).toHaveLength(1))
    const trained = told.telemetry.length
    await vi.waitFor(() => expect(told.telemetry.length).toBeGreaterThan(trained + 4), 10_000)
    expect(looks).toHaveLength(1)
    const step = stepsOf('loss').at(-1)!
    taking[0]!()
    await vi.waitFor(() => expect(looks).toHaveLength(2), 10_000)
    expect(looks[1]!.step).toBeGreaterThanOrEqual(step)
  })

  test('end when cancelled, independently of each other', async () => {
    await train(endless)
    const [one, other] = [looking({ inputs: [{ sample: 1 }] }), looking({ inputs: [{ sample: 2 }] })]
    for (const { looks } of [one, other]) await vi.waitFor(() => expect(looks.length).toBeGreaterThan(1), 20_000)
    one.cancel()
    await expect(one.over).rejects.toMatchObject({ code: 'cancelled' })
    const [before, others] = [one.looks.length, other.looks.length]
    await vi.waitFor(() => expect(other.looks.length).toBeGreaterThan(others + 2), 20_000)
    expect(one.looks).toHaveLength(before)
    const tokens = ({ looks }: typeof one) => new Set(looks.map(({ seen }) => seen[0]!.tokens.join()))
    expect([tokens(one).size, tokens(other).size, new Set([...tokens(one), ...tokens(other)]).size]).toEqual([1, 1, 2])
  })

  test('are rejected if the request is invalid, and training continues', async () => {
    await train(endless)
    await expect(looking({ mutes: { none: [0] } }).over).rejects.toMatchObject({ code: 'run.unknown-gate' })
    await expect(looking({ inputs: [{ sample: 1_000_000 }] }).over).rejects.toMatchObject({ code: 'look.no-sample' })
    await expect(looking({ focus: 3 }).over).rejects.toMatchObject({ code: 'look.focus' })
    const { step } = await connection.call.command({ command: 'pause' })
    expect(step).toBeGreaterThan(0)
    expect(told.statuses.at(-1)).toMatchObject({ state: 'paused', problem: null })
  })
})

describe('an evaluation with mutes', () => {
  test('returns their effect, reports progress, and is not part of telemetry', async () => {
    await train({}, { paused: true })
    const progress = vi.fn()
    const answer = await connection.call.evaluate({ mutes: { 'multi-head/heads': [0, 0] } }, { onPart: progress })
    expect(answer.changed).not.toEqual(answer.plain)
    expect(Object.keys(answer.plain.metrics)).toContain('accuracy')
    const [last] = progress.mock.calls.at(-1) as [{ done: number; of: number }]
    expect(last.done).toBe(last.of)
    expect(told.telemetry).toEqual([])
    expect((await connection.call.evaluate({ mutes: {} })).broken.count).toBe(0)
  })

  test('ends when cancelled, and training continues', async () => {
    await train(endless)
    const abort = newAbort()
    const evaluation = connection.call.evaluate({ mutes: {} }, { signal: abort.signal, onPart: () => abort.abort() })
    await expect(evaluation).rejects.toMatchObject({ code: 'cancelled' })
    const before = told.telemetry.length
    await vi.waitFor(() => expect(told.telemetry.length).toBeGreaterThan(before + 1), 10_000)
  })
})

describe('an opened model', () => {
  test('has the state of the last checkpoint, and the same looks as in training', async () => {
    await train()
    await until('finished')
    const names = ['embedding/table', 'multi-head/attention', 'gradient/embedding/table', 'update/embedding/table']
    const values = names.map((name) => ({ name }))
    const trained = looking({ values }, null)
    await trained.over
    connection.close()
    connection = startWorker()
    expect(await connection.call.open({ directory, engine: 'auto', data: null })).toMatchObject({ engine: automatic, step: 60 })
    const opened = looking({ values }, null)
    await opened.over
    expect(Object.keys(opened.looks[0]!.values)).toEqual(names)
    expect(opened.looks).toEqual(trained.looks)
    await expect(connection.call.command({ command: 'resume' })).rejects.toMatchObject({ code: 'run.not-started' })
  })

  test('sends subscribers one look until cancelled', async () => {
    await train()
    await until('finished')
    connection.close()
    connection = startWorker()
    await connection.call.open({ directory, engine: 'auto', data: null })
    const { looks, over, cancel } = looking()
    await vi.waitFor(() => expect(looks).toHaveLength(1))
    cancel()
    await expect(over).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('is rejected if there is no checkpoint', async () => {
    const opening = connection.call.open({ directory, engine: 'auto', data: null })
    await expect(opening).rejects.toMatchObject({ code: 'checkpoint.missing' })
  })

  test('is rejected if the weights are damaged, including those of the previous checkpoint', async () => {
    await train()
    await until('finished')
    connection.close()
    await connection.served
    const weights = (await readdir(directory)).filter((name) => name.endsWith('.safetensors'))
    for (const name of weights) await truncate(join(directory, name), 100)
    connection = startWorker()
    const opening = connection.call.open({ directory, engine: 'auto', data: null })
    await expect(opening).rejects.toMatchObject({ code: 'checkpoint.damaged' })
    await expect(looking({}, null).over).rejects.toMatchObject({ code: 'checkpoint.damaged' })
  })
})

describe('a continued training', () => {
  test('trains to its new end', async () => {
    await train()
    await until('finished')
    connection.close()
    await connection.served
    connection = startWorker()
    connection.on('status', (status) => told.statuses.push(status))
    expect(await train({ steps: 75 }, { restore: true, continuedFrom: 60 })).toMatchObject({ step: 60, steps: 75 })
    await vi.waitFor(() => expect(told.statuses.at(-1)).toMatchObject({ state: 'finished', step: 75 }), 10_000)
  })

  test('takes more steps after early stopping, which it would not have otherwise', { timeout: 30_000 }, async () => {
    // The learning rate is almost 0, so that the loss does not improve.
    const training = { steps: 1000, evaluateEvery: 5, patience: 2, learningRate: 1e-12 }
    await train(training)
    await until('finished')
    const { step } = told.statuses.at(-1)!
    expect(step).toBeLessThan(1000)
    const copy = await mkdtemp(join(tmpdir(), 'worker-'))
    await cp(directory, copy, { recursive: true })
    const ended = async (continuedFrom: number | undefined, at: string): Promise<number> => {
      const worker = startWorker()
      const finished = new Promise<number>((resolve) => {
        worker.on('status', (status) => {
          if (status.state === 'finished') resolve(status.step)
        })
      })
      const document = firstModel()
      const lab = { ...document, training: { ...document.training, ...training, steps: step + 4 } }
      const job = { run: 'run-1', lab, engine: 'auto', data: null, restore: true, paused: false } as const
      await worker.call.train({ ...job, directory: at, continuedFrom: continuedFrom ?? null })
      return finished
    }
    expect([await ended(undefined, copy), await ended(step, directory)]).toEqual([step, step + 4])
    await rm(copy, { recursive: true })
  })
})

test('an invalid lab is rejected with its problem', async () => {
  const document = firstModel()
  const lab = { ...document, graph: { ...document.graph, edges: document.graph.edges.slice(1) } }
  const job = { run: 'r', lab, engine: 'auto', data: null, directory, restore: false, paused: false } as const
  await expect(connection.call.train(job)).rejects.toMatchObject({ code: 'graph.missing-input', node: 'embedding' })
})

test('restoring without a checkpoint is rejected', async () => {
  await expect(train({}, { restore: true })).rejects.toMatchObject({ code: 'checkpoint.missing' })
})

test('when the port closes, a training leaves a checkpoint of its last step', async () => {
  await train(endless)
  await vi.waitFor(() => expect(told.telemetry.length).toBeGreaterThan(3), 10_000)
  connection.close()
  await connection.served
  const { step } = await checkpointsIn(directory).read()
  expect(step).toBeGreaterThanOrEqual(stepsOf('loss').at(-1)!)
})

describe('a fork', () => {
  const plenty = { moments: 50_000_000 }
  /** The summary of a run in a new folder that goes on from step 25 of the one in `directory`. */
  async function forked(training: Partial<LabDocument['training']>): Promise<RunSummary> {
    const source = directory
    directory = await mkdtemp(join(tmpdir(), 'fork-'))
    connection = startWorker()
    const summaries: RunSummary[] = []
    connection.on('summary', (summary) => summaries.push(summary))
    const steps: number[] = []
    connection.on('telemetry', ({ series }) => steps.push(...(series['loss']?.steps ?? [])))
    const fork = { directory: source, engine: automatic, data: null, step: 25 }
    const { step, transplant } = await train(training, { fork, ...plenty })
    expect(step).toBe(25)
    expect(transplant?.misfits).toEqual([])
    await vi.waitFor(() => expect(summaries).toHaveLength(1), 10_000)
    expect(steps[0]).toBe(26)
    await rm(directory, { recursive: true, force: true })
    directory = source
    return summaries[0]!
  }

  test('of the same lab has the same bytes at the end, and of a changed one others', async () => {
    await train({}, plenty)
    await until('finished')
    const { stateHash } = told.summaries[0]!
    expect((await forked({})).stateHash).toBe(stateHash)
    expect((await forked({ learningRate: 0.02 })).stateHash).not.toBe(stateHash)
  })

  test('needs steps after that from which it goes on', async () => {
    await train({}, plenty)
    await until('finished')
    const source = directory
    connection = startWorker()
    const fork = { directory: source, engine: automatic, data: null, step: 60 }
    await expect(train({}, { fork })).rejects.toMatchObject({ code: 'fork.no-steps', params: { step: 60, steps: 60 } })
  })
})

test('any step of a run is looked at, evaluated and generated with, after training', async () => {
  await train({}, { moments: 50_000_000 })
  await until('finished')
  connection = startWorker()
  await connection.call.openPast({ directory, engine: automatic, data: null })
  const looks: Look[] = []
  for (const step of [41, 7, 60]) {
    const at = { step, isExact: true }
    const look = { inputs: [{ sample: 0 }], values: [{ name: 'gradient/embedding/table' }] }
    await connection.call.look({ look, every: null, at }, { onPart: (part) => void looks.push(part) })
    expect((await connection.call.evaluate({ mutes: {}, at })).step).toBe(step)
  }
  expect(looks.map(({ step }) => step)).toEqual([41, 7, 60])
  await expect(connection.call.look({ look: { inputs: [{ sample: 0 }] }, every: null })).rejects.toMatchObject({
    code: 'run.not-started',
  })
})

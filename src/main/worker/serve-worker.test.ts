/** The run contract over a port in memory: what the service sees of a run's process. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunStatus, RunSummary, Telemetry, ViewFrame } from '@core/contract/lab'
import { memoryPorts } from '@core/contract/memory-port'
import { connect, type Connection } from '@core/contract/rpc'
import { runEvents, runMethods, type RunEvents, type RunMethods } from '@core/contract/run'
import { LabError } from '@core/errors'
import { firstModel } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { installedEngines } from '../engine/choose'
import * as native from '../engine/onnxruntime/executor'
import { serveRun } from './session'
import { checkpointsIn } from '../engine/disk-storage'

vi.mock(import('../engine/onnxruntime/executor'), async (original) => {
  const real = await original()
  return { ...real, createOnnxExecutor: vi.fn(real.createOnnxExecutor) }
})

let directory: string
let clear: boolean
let connection: Connection<RunMethods, RunEvents>
let served: Promise<void>
let told: { statuses: RunStatus[]; telemetry: Telemetry[]; frames: ViewFrame[]; summaries: RunSummary[] }

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'session-'))
  clear = true
  // As between processes, only what can be cloned arrives.
  const [ours, theirs] = memoryPorts(structuredClone)
  served = serveRun(
    {
      ...theirs,
      get clear() {
        return clear
      },
    },
    (where, error) => expect.unreachable(`${where}: ${String(error)}`),
  )
  connection = connect(ours, runMethods, runEvents)
  told = { statuses: [], telemetry: [], frames: [], summaries: [] }
  connection.on('status', (status) => told.statuses.push(status))
  connection.on('telemetry', (batch) => told.telemetry.push(batch))
  connection.on('frame', (frame) => told.frames.push(frame))
  connection.on('summary', (summary) => told.summaries.push(summary))
})
afterEach(async () => {
  connection.close()
  await served
  await rm(directory, { recursive: true, force: true })
})

function start(training: Partial<LabDocument['training']> = {}, options: { paused?: boolean; restore?: boolean } = {}) {
  const document = firstModel()
  const lab = { ...document, training: { ...document.training, steps: 60, evaluateEvery: 30, ...training } }
  return connection.call.start({
    run: 'run-1',
    lab,
    engine: 'auto',
    data: null,
    directory,
    restore: false,
    paused: false,
    ...options,
  })
}
const finished = () => vi.waitFor(() => expect(told.statuses.at(-1)?.state).toBe('finished'), 10_000)
/** What `auto` takes on this machine. */
const automatic = installedEngines()[0]!.name
const endless = { steps: 1_000_000, evaluateEvery: 1_000_000 }

test('a run from start to finish tells every step in order, then its summary, then that it is finished', async () => {
  expect(await start()).toMatchObject({ run: 'run-1', steps: 60, engine: automatic, problem: null })
  await finished()
  let next = 1
  for (const { firstStep, losses, accuracies } of told.telemetry) {
    if (losses.length === 0) continue
    expect(firstStep).toBe(next)
    expect(accuracies.length).toBe(losses.length)
    next += losses.length
  }
  expect(next).toBe(61)
  expect(told.telemetry.flatMap(({ evaluations }) => evaluations.map(({ step }) => step))).toEqual([30, 60])
  expect(told.summaries).toHaveLength(1)
  expect(told.summaries[0]).toMatchObject({
    steps: 60,
    engine: automatic,
    stateHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  })
})

test('a run that could not take the fastest engine says so in every status, and trains', async () => {
  const unavailable = new LabError('engine.unavailable', { engine: 'onnxruntime', detail: 'no library' })
  vi.mocked(native.createOnnxExecutor).mockRejectedValueOnce(unavailable)
  const notice = { code: 'engine.fallback', params: { engine: 'onnxruntime', used: 'tfjs', detail: 'no library' } }
  expect(await start()).toMatchObject({ engine: 'tfjs', notice, problem: null })
  await finished()
  for (const status of told.statuses) expect(status).toMatchObject({ engine: 'tfjs', notice })
})

test('a run that could has nothing to notice', async () => {
  expect((await start({}, { paused: true })).notice).toBeUndefined()
})

test('telemetry comes at most 30 times a second', async () => {
  const began = performance.now()
  await start(endless)
  await vi.waitFor(() => expect(told.telemetry.length).toBeGreaterThan(10), 10_000)
  const seconds = (performance.now() - began) / 1000
  // A status in between takes along what there is.
  expect(told.telemetry.length - told.statuses.length).toBeLessThanOrEqual(30 * seconds + 1)
})

test('a side that is behind gets fewer and larger batches, no frames, and loses no step', async () => {
  await start(endless)
  await connection.call.view({ view: { sample: 0, probes: [], states: [] } })
  await vi.waitFor(() => expect(told.frames.length).toBeGreaterThan(0), 10_000)
  clear = false
  await new Promise((resolve) => setTimeout(resolve, 300))
  const [frames, batches] = [told.frames.length, told.telemetry.length]
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect([told.frames.length, told.telemetry.length]).toEqual([frames, batches])
  clear = true
  const { step } = await connection.call.command({ command: 'stop' })
  expect(told.telemetry.reduce((total, { losses }) => total + losses.length, 0)).toBe(step)
})

describe('commands', () => {
  test('pause, step, resume and stop', async () => {
    await start(endless)
    const paused = await connection.call.command({ command: 'pause' })
    expect(paused.state).toBe('paused')
    expect(await connection.call.command({ command: 'step' })).toMatchObject({ state: 'paused', step: paused.step + 1 })
    expect(await connection.call.command({ command: 'resume' })).toMatchObject({ state: 'running' })
    const stopped = await connection.call.command({ command: 'stop' })
    expect(stopped).toMatchObject({ state: 'stopped', checkpoint: stopped.step })
  })

  test('a command is heard while steps follow each other without end', async () => {
    await start(endless)
    await vi.waitFor(() => expect(told.telemetry.length).toBeGreaterThan(3), 10_000)
    const { state, step } = await connection.call.command({ command: 'pause' })
    const last = told.telemetry.at(-1)!
    expect([state, step]).toEqual(['paused', last.firstStep + last.losses.length - 1])
  })

  test('a stopped run can still be looked at', async () => {
    await start(endless)
    await connection.call.command({ command: 'stop' })
    await connection.call.view({ view: { sample: 2, probes: [], states: ['embedding/table'] } })
    expect(told.frames.at(-1)).toMatchObject({ run: 'run-1', sample: 2 })
    expect(told.frames.at(-1)!.states['embedding/table']!.data).toBeInstanceOf(Float32Array)
  })

  test.each(['command', 'tune', 'view'] as const)('%s before the start is refused', async (name) => {
    const calls = {
      command: () => connection.call.command({ command: 'pause' }),
      tune: () => connection.call.tune({ learningRate: 1 }),
      view: () => connection.call.view({ view: { sample: 0, probes: [], states: [] } }),
    }
    await expect(calls[name]()).rejects.toMatchObject({ code: 'run.not-started' })
  })

  test('a second start is refused', async () => {
    await start({}, { paused: true })
    await expect(start()).rejects.toMatchObject({ code: 'run.already-started' })
  })
})

test('a lab that does not hold together is refused with its problem', async () => {
  const document = firstModel()
  const lab = { ...document, graph: { ...document.graph, edges: document.graph.edges.slice(1) } }
  const call = connection.call.start({ run: 'r', lab, engine: 'auto', data: null, directory, restore: false, paused: false })
  await expect(call).rejects.toMatchObject({ code: 'graph.missing-input', node: 'embedding' })
})

test('restoring without a checkpoint is refused', async () => {
  await expect(start({}, { restore: true })).rejects.toMatchObject({ code: 'checkpoint.missing' })
})

test('when the port closes, a running run leaves a checkpoint of its last step', async () => {
  await start(endless)
  await vi.waitFor(() => expect(told.telemetry.length).toBeGreaterThan(3), 10_000)
  connection.close()
  await served
  const { step } = await checkpointsIn(directory).read()
  const last = told.telemetry.at(-1)!
  expect(step).toBeGreaterThanOrEqual(last.firstStep + last.losses.length - 1)
})

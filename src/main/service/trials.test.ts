/** Trials, with processes that answer what a test says, and with a real one. */
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { standardLab, standardModels, standardText } from '@core/models/standard-models'
import { forkRuns } from './spawn-fork'
import { fakeRuns } from './testing/fake-runs'
import { createTrials, type TrialRequest } from './trials'

const model = standardModels.tiny
const lab = standardLab('tiny', model)
const request: TrialRequest = { lab, engine: 'auto', dataId: 'text', readData: () => Promise.resolve(standardText(model)) }
const training = (change: Partial<typeof lab.training>): TrialRequest => ({
  ...request,
  lab: { ...lab, training: { ...lab.training, ...change } },
})
const me = {}
const idle = () => false
const never = () => new Promise<never>(() => undefined)
const began = async (runs: ReturnType<typeof fakeRuns>, count = 1) => {
  while (runs.processes.length < count) await new Promise(setImmediate)
}

describe('a trial', () => {
  it('is dropped when the same one asks for something else, or is gone; others get theirs', async () => {
    let measuring = 0
    const runs = fakeRuns({ measure: () => (measuring++, never()) })
    const trials = createTrials(runs.spawn, idle)
    const dropped = expect(trials.of(me, request)).rejects.toMatchObject({ code: 'budget.busy' })
    await began(runs)
    const waiting = expect(trials.of(me, training({ batchSize: 3 }))).rejects.toMatchObject({ code: 'budget.busy' })
    const latest = expect(trials.of(me, training({ batchSize: 5 }))).rejects.toMatchObject({ code: 'budget.busy' })
    await Promise.all([dropped, waiting])
    await began(runs, 2) // the one in between is never begun
    expect(runs.processes.map(({ ended }) => ended === null)).toEqual([false, true])
    const [{ lab: tried } = { lab }] = runs.processes[1]!.calls.measure
    expect([measuring, tried.training.batchSize]).toEqual([2, 5])
    trials.forget(me)
    await latest
    expect(runs.processes[1]!.ended).not.toBeNull()
  })

  it('evaluates once and then takes steps, in a process that ends with it', async () => {
    const runs = fakeRuns()
    const trial = await createTrials(runs.spawn, idle).of(me, request)
    expect(trial).toEqual({
      engine: 'tfjs',
      parameters: 10,
      stepMilliseconds: 2,
      evaluationMilliseconds: 5,
      peakBytes: 1e8,
    })
    const [process] = runs.processes
    const [first, ...others] = process!.calls.measure
    expect([first?.steps, first?.evaluate, first?.data]).toEqual([1, true, standardText(model)])
    expect(others.map(({ steps, evaluate }) => [steps, evaluate])).toEqual(new Array(5).fill([100, false]))
    expect(process!.ended).not.toBeNull()
  })

  it('does not count steps while numbers of threads are tried, and goes by the mean of those that count', async () => {
    let asked = 0
    const answers = [
      { milliseconds: [900], threads: null },
      { milliseconds: [500, 500], threads: null },
      { milliseconds: [300], threads: 2 },
      { milliseconds: [700], threads: 2 }, // opens anew with what was best
      { milliseconds: [100, 300], threads: 2 },
      { milliseconds: [100, 300], threads: 2 },
    ]
    const runs = fakeRuns({
      measure: () => ({
        ...{ engine: 'onnxruntime', parameters: 10, flopsPerStep: 1, evaluationMilliseconds: 5 },
        ...answers[asked]!,
        peakBytes: ++asked,
      }),
    })
    const { stepMilliseconds, peakBytes } = await createTrials(runs.spawn, idle).of(me, request)
    expect([asked, stepMilliseconds, peakBytes]).toEqual([6, 200, 6])
  })

  it('is kept for the same model and data, whatever the length, seed, rate and places', async () => {
    const runs = fakeRuns()
    const trials = createTrials(runs.spawn, idle)
    const trial = await trials.of(me, request)
    expect(await trials.of(me, training({ steps: 9, seed: 9, learningRate: 9, evaluateEvery: 9, patience: 9 }))).toBe(trial)
    const [node, ...nodes] = lab.graph.nodes
    const moved = { ...lab, graph: { ...lab.graph, nodes: [{ ...node!, position: { x: 1, y: 2 } }, ...nodes] } }
    expect(await trials.of(me, { ...request, lab: moved })).toBe(trial)
    expect(runs.processes).toHaveLength(1)

    for (const other of [training({ batchSize: 5 }), { ...request, dataId: 'other' }, { ...request, engine: 'tfjs' as const }])
      await trials.of(me, other)
    expect(runs.processes).toHaveLength(4)
  })

  it('waits for the one before', async () => {
    let finish: () => void = () => undefined
    const waiting = new Promise<void>((resolve) => (finish = resolve))
    const runs = fakeRuns({ measure: () => waiting.then(() => Promise.reject(new Error('no more'))) })
    const trials = createTrials(runs.spawn, idle)
    const all = [request, training({ batchSize: 5 })].map((each) => trials.of({}, each).catch(() => 'failed'))
    await began(runs)
    for (let i = 0; i < 5; i++) await new Promise(setImmediate)
    expect(runs.processes).toHaveLength(1)
    finish()
    expect(await Promise.all(all)).toEqual(['failed', 'failed'])
    expect(runs.processes).toHaveLength(2)
  })

  it('is refused beside a run, and taken when that is over', async () => {
    let busy = true
    const runs = fakeRuns()
    const trials = createTrials(runs.spawn, () => busy)
    await expect(trials.of(me, request)).rejects.toMatchObject({ code: 'budget.busy' })
    expect(runs.processes).toHaveLength(0)
    busy = false
    expect((await trials.of(me, request)).stepMilliseconds).toBe(2)
  })

  it('ends when it is interrupted, with all that wait', async () => {
    const runs = fakeRuns({ measure: never })
    const trials = createTrials(runs.spawn, idle)
    const all = [request, training({ batchSize: 5 })].map((each) => trials.of({}, each).catch((error: unknown) => error))
    await began(runs)
    trials.interrupt()
    expect(await Promise.all(all)).toMatchObject([{ code: 'budget.busy' }, { code: 'budget.busy' }])
    expect(runs.processes.map(({ ended }) => ended !== null)).toEqual([true])
  })

  it('says that the engine is not there when its process dies', async () => {
    const runs = fakeRuns({ measure: never })
    const refused = expect(createTrials(runs.spawn, idle).of(me, request)).rejects.toMatchObject({ code: 'process.ended' })
    await began(runs)
    runs.processes[0]?.die('SIGSEGV')
    await refused
  })
})

it('of a real model tells figures of the right size', { timeout: 60_000 }, async () => {
  const root = resolve(import.meta.dirname, '../../..')
  const trial = await createTrials(forkRuns(join(root, 'out/main/run.js')), idle).of(me, request)
  // Embedding, positions, 12 d² + 13 d of the layer, the last norm and the classifier.
  expect(trial.parameters).toBe(32 * 32 + 32 * 32 + 12 * 32 ** 2 + 13 * 32 + 2 * 32 + 32 * 32 + 32)
  expect(trial.stepMilliseconds).toBeGreaterThan(0.1)
  expect(trial.evaluationMilliseconds).toBeGreaterThan(0)
  expect(trial.evaluationMilliseconds).toBeLessThan(20 * trial.stepMilliseconds)
  expect(trial.peakBytes / 2 ** 20).toBeGreaterThan(50)
})

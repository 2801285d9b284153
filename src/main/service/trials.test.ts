/** Trials, with controlled fake processes and with a real one. */
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { newAbort } from '@core/contract/cancel'
import type { LabError } from '@core/errors'
import { standardLab, standardModels, standardText } from '@core/models/standard-models'
import { forkWorkers } from './spawn-fork'
import { fakeWorkers } from './testing/fake-workers'
import { childrenOf } from '../testing/processes'
import { createTrials, type TrialOptions, type TrialRequest } from './trials'

const model = standardModels.tiny
const lab = standardLab('tiny', model)
const request: TrialRequest = {
  ...{ lab, engine: 'auto', bytes: 1e6, dataId: 'text' },
  readData: () => Promise.resolve(standardText(model)),
}
const training = (change: Partial<typeof lab.training>): TrialRequest => ({
  ...request,
  lab: { ...lab, training: { ...lab.training, ...change } },
})
const listening = newAbort().signal
const idle = () => false
const never = () => new Promise<never>(() => undefined)
const began = async (workers: ReturnType<typeof fakeWorkers>, count = 1) => {
  while (workers.processes.length < count) await new Promise(setImmediate)
}

describe('a trial', () => {
  it('is ended when no caller waits for it any more, and one that waits for its turn is never started', async () => {
    let measuring = 0
    const workers = fakeWorkers({ measure: () => (measuring++, never()) })
    const trials = createTrials(workers.spawn, idle)
    const aborts = [newAbort(), newAbort(), newAbort(), newAbort()] as const
    const requests = [request, request, training({ batchSize: 3 }), training({ batchSize: 5 })]
    const asked = requests.map((each, index) =>
      trials.of(each, aborts[index]!.signal).catch((error: unknown) => (error as LabError).code),
    )
    await began(workers)
    aborts[0].abort()
    expect(await asked[0]).toBe('cancelled')
    expect(workers.processes[0]!.ended).toBeNull() // another caller waits for the same trial
    aborts[2].abort()
    aborts[1].abort()
    expect(await Promise.all([asked[1], asked[2]])).toEqual(['cancelled', 'cancelled'])
    await began(workers, 2)
    expect(workers.processes.map(({ ended }) => ended === null)).toEqual([false, true])
    await vi.waitFor(() => expect(measuring).toBe(2))
    expect(workers.processes[1]!.calls.measure[0]!.lab.training.batchSize).toBe(5)
    aborts[3].abort()
    expect(await asked[3]).toBe('cancelled')
    await vi.waitFor(() => expect(workers.processes[1]!.ended).not.toBeNull())
  })

  it('takes steps, evaluates once and takes more steps, in a process that ends with it', async () => {
    const workers = fakeWorkers()
    const trial = await createTrials(workers.spawn, idle).of(request, listening)
    expect(trial).toEqual({
      engine: 'tfjs',
      parameters: 10,
      stepMilliseconds: 2,
      evaluationMilliseconds: 5,
      peakBytes: 1e8,
    })
    const [process] = workers.processes
    const [first] = process!.calls.measure
    expect(first?.data).toBe(standardText(model))
    expect(process!.calls.measure.map(({ steps, evaluate }) => [steps, evaluate])).toEqual([
      ...[
        [1, false],
        [100, false],
        [100, true],
      ], // step times are needed first: evaluations come later
      ...[
        [100, false],
        [100, false],
        [100, false],
      ],
    ])
    expect(process!.ended).not.toBeNull()
  })

  it('excludes steps while numbers of threads are tried, and takes the mean of the others', async () => {
    let asked = 0
    const answers = [
      { milliseconds: [900], threads: null },
      { milliseconds: [500, 500], threads: null },
      { milliseconds: [300], threads: 2 },
      { milliseconds: [700], threads: 2 }, // reopens with the best number
      { milliseconds: [100, 300], threads: 2 },
      { milliseconds: [100, 300], threads: 2 },
    ]
    const workers = fakeWorkers({
      measure: () => ({
        ...{ engine: 'onnxruntime', parameters: 10, flopsPerStep: 1, evaluationMilliseconds: 5 },
        ...answers[asked]!,
        peakBytes: ++asked,
      }),
    })
    const { stepMilliseconds, peakBytes } = await createTrials(workers.spawn, idle).of(request, listening)
    expect([asked, stepMilliseconds, peakBytes]).toEqual([6, 200, 6])
  })

  it('is cached for the same model and data, whatever the number of steps, seed, rate and positions', async () => {
    const workers = fakeWorkers()
    const trials = createTrials(workers.spawn, idle)
    const trial = await trials.of(request, listening)
    expect(await trials.of(training({ steps: 9, seed: 9, learningRate: 9, evaluateEvery: 9, patience: 9 }), listening)).toBe(
      trial,
    )
    const [node, ...nodes] = lab.graph.nodes
    const moved = { ...lab, graph: { ...lab.graph, nodes: [{ ...node!, position: { x: 1, y: 2 } }, ...nodes] } }
    expect(await trials.of({ ...request, lab: moved }, listening)).toBe(trial)
    expect(workers.processes).toHaveLength(1)

    for (const other of [training({ batchSize: 5 }), { ...request, dataId: 'other' }, { ...request, engine: 'tfjs' as const }])
      await trials.of(other, listening)
    expect(workers.processes).toHaveLength(4)
  })

  it('waits for the previous one', async () => {
    let finish: () => void = () => undefined
    const waiting = new Promise<void>((resolve) => (finish = resolve))
    const workers = fakeWorkers({ measure: () => waiting.then(() => Promise.reject(new Error('no more'))) })
    const trials = createTrials(workers.spawn, idle)
    const all = [request, training({ batchSize: 5 })].map((each) => trials.of(each, listening).catch(() => 'failed'))
    await began(workers)
    for (let i = 0; i < 5; i++) await new Promise(setImmediate)
    expect(workers.processes).toHaveLength(1)
    finish()
    expect(await Promise.all(all)).toEqual(['failed', 'failed'])
    expect(workers.processes).toHaveLength(2)
  })

  it('is rejected while a run trains, and accepted afterwards', async () => {
    let busy = true
    const workers = fakeWorkers()
    const trials = createTrials(workers.spawn, () => busy)
    await expect(trials.of(request, listening)).rejects.toMatchObject({ code: 'budget.busy' })
    expect(workers.processes).toHaveLength(0)
    busy = false
    expect((await trials.of(request, listening)).stepMilliseconds).toBe(2)
  })

  it('ends when interrupted, with all that wait', async () => {
    const workers = fakeWorkers({ measure: never })
    const trials = createTrials(workers.spawn, idle)
    const all = [request, training({ batchSize: 5 })].map((each) => trials.of(each, listening).catch((error: unknown) => error))
    await began(workers)
    trials.interrupt()
    expect(await Promise.all(all)).toMatchObject([{ code: 'budget.busy' }, { code: 'budget.busy' }])
    expect(workers.processes.map(({ ended }) => ended !== null)).toEqual([true])
  })

  it('is rejected without starting a process if it would need more memory than is free', async () => {
    const workers = fakeWorkers()
    const trials = createTrials(workers.spawn, idle, { freeMemory: () => 2 * 2 ** 30 })
    const refused = await trials.of({ ...request, bytes: 2.5 * 2 ** 30 }, listening).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'budget.no-memory', params: { needed: 2.5, free: 2 } })
    expect((refused as LabError).message).toContain('about 2.5 GB of memory, but only 2 GB are free')
    expect(workers.processes).toHaveLength(0)
    expect((await trials.of({ ...request, bytes: 2 * 2 ** 30 }, listening)).engine).toBe('tfjs')
  })

  it('is rejected without starting a process if it would need more than a quarter of the memory', async () => {
    const workers = fakeWorkers()
    const trials = createTrials(workers.spawn, idle, { freeMemory: () => 2 ** 34, memory: () => 6 * 2 ** 30 })
    const refused = await trials.of({ ...request, bytes: 2 * 2 ** 30 }, listening).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'budget.too-large', params: { needed: 2, limit: 1.5 } })
    expect((refused as LabError).message).toContain('needs about 2 GB of memory')
    expect(workers.processes).toHaveLength(0)
    await trials.of({ ...request, bytes: 1.5 * 2 ** 30 }, listening)
    expect(workers.processes[0]!.calls.measure[0]!.mostBytes).toBe(1.5 * 2 ** 30)
  })

  describe('ends after three seconds, whatever its process is doing,', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
    afterEach(() => void vi.useRealTimers())

    /** Answers the first measurements and never the next one. */
    const answering = (count: number, milliseconds: number) => {
      let asked = 0
      return fakeWorkers({
        measure: ({ steps, evaluate }) =>
          asked++ < count
            ? {
                ...{ engine: 'tfjs', parameters: 10, flopsPerStep: 1, peakBytes: 1e8, threads: null },
                milliseconds: new Array<number>(steps).fill(milliseconds),
                evaluationMilliseconds: evaluate ? 5 : null,
              }
            : never(),
      })
    }
    async function cutShort(workers: ReturnType<typeof fakeWorkers>, answered: number) {
      const trial = createTrials(workers.spawn, idle).of(request, listening)
      const settled = trial.catch((error: unknown) => error)
      // `waitFor` would advance the clock.
      while ((workers.processes[0]?.calls.measure.length ?? 0) <= answered) await new Promise(setImmediate)
      vi.advanceTimersByTime(2999)
      await new Promise(setImmediate)
      expect(workers.processes[0]!.ended).toBeNull()
      vi.advanceTimersByTime(1)
      const result = await settled
      expect(workers.processes[0]!.ended).not.toBeNull()
      return result
    }

    it('and fails if no step is known', async () => {
      const error = await cutShort(answering(0, 1500), 0)
      expect(error).toMatchObject({ code: 'budget.too-slow', params: { seconds: 3 } })
      expect((error as LabError).message).toContain('the first step of this model takes more than 3 s')
    })

    it("and fails with the time of the first step if that is all, as it includes the engine's setup", async () => {
      const error = await cutShort(answering(1, 1530), 1)
      expect(error).toMatchObject({ code: 'budget.one-step', params: { seconds: 3, first: 1.5 } })
      expect((error as LabError).message).toContain('It took 1.5 s, including preparations')
    })

    it('and returns the steps measured, without an evaluation', async () => {
      expect(await cutShort(answering(2, 900), 2)).toMatchObject({ stepMilliseconds: 900, evaluationMilliseconds: null })
    })

    it('and returns the evaluation if it was measured', async () => {
      expect(await cutShort(answering(4, 400), 4)).toMatchObject({ stepMilliseconds: 400, evaluationMilliseconds: 5 })
    })
  })

  it('reports a missing engine when its process dies', async () => {
    const workers = fakeWorkers({ measure: never })
    const refused = expect(createTrials(workers.spawn, idle).of(request, listening)).rejects.toMatchObject({
      code: 'process.ended',
    })
    await began(workers)
    workers.processes[0]?.die('SIGSEGV')
    await refused
  })
})

describe('of a real model', () => {
  const root = resolve(import.meta.dirname, '../../..')
  const workers = () => childrenOf(process.pid).filter(({ command }) => command.includes('worker.js'))
  const real = (options: TrialOptions) => createTrials(forkWorkers(join(root, 'out/main/worker.js')), idle, options)

  it('gives plausible figures', { timeout: 60_000 }, async () => {
    const trial = await real({ longest: 30_000 }).of(request, listening)
    // Embedding, positions, 12 d² + 13 d of the layer, the last norm and the classifier.
    expect(trial.parameters).toBe(32 * 32 + 32 * 32 + 12 * 32 ** 2 + 13 * 32 + 2 * 32 + 32 * 32 + 32)
    expect(trial.stepMilliseconds).toBeGreaterThan(0.1)
    expect(trial.evaluationMilliseconds).toBeGreaterThan(0)
    expect(trial.evaluationMilliseconds).toBeLessThan(20 * trial.stepMilliseconds)
    expect(trial.peakBytes / 2 ** 20).toBeGreaterThan(50)
  })

  it('ends at its time, in the middle of a step that takes longer', { timeout: 20_000 }, async () => {
    // 1,500 billion FLOPs: no two cores take such a step in three seconds.
    const large = { ...model, width: 1024, layers: 2, length: 128, batch: 96 }
    const trial = real({}).of({ ...request, lab: standardLab('large', large), dataId: 'large' }, listening)
    await expect(trial).rejects.toMatchObject({ code: 'budget.too-slow' })
    await vi.waitFor(() => expect(workers()).toEqual([]), 2000)
  })

  it('ends when it takes more than a quarter of the memory, whatever the estimate', { timeout: 20_000 }, async () => {
    const trial = real({ longest: 15_000, memory: () => 400e6 }).of(request, listening) // a process with an engine has more than 100 MB
    await expect(trial).rejects.toMatchObject({ code: 'budget.over-memory', params: { limit: 0.1 } })
    await vi.waitFor(() => expect(workers()).toEqual([]), 2000)
  })
})

/** Runs on a graphics processor: chosen by a trial, and left for the processor when it cannot go on. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { newAbort } from '@core/contract/cancel'
import { LabError, toProblem } from '@core/errors'
import { standardLab, standardModels } from '@core/models/standard-models'
import { createService, type Service } from './service'
import { clientOf, statuses } from './testing/clients'
import { fakeWorkers } from './testing/fake-workers'
import { createTrials } from './trials'

const lab = standardLab('tiny', standardModels.tiny)
const request = { lab, engine: 'auto', bytes: 1e6, dataId: null, readData: () => Promise.resolve(null) } as const
const device = 'GPU of the test'
const gpu = { engine: 'onnxruntime-gpu', device } as const

describe('a trial for auto', () => {
  /** Workers whose steps take these milliseconds. */
  const workersWith = (processor: number, graphics: number | (() => never)) =>
    fakeWorkers({
      measure: ({ engine, steps, evaluate }) => {
        const onGpu = engine === 'onnxruntime-gpu'
        const each = onGpu ? (typeof graphics === 'number' ? graphics : graphics()) : processor
        const milliseconds = new Array<number>(steps).fill(each)
        const named = onGpu ? gpu : { engine: 'onnxruntime' }
        return {
          ...{ ...named, parameters: 10, flopsPerStep: 1, milliseconds, peakBytes: 1e8, threads: 1 },
          evaluationMilliseconds: evaluate ? 5 : null,
        }
      },
    })
  const tried = async (workers: ReturnType<typeof fakeWorkers>, hasGpu = true) => {
    const trials = createTrials(workers.spawn, () => false, { tryGpu: () => hasGpu })
    const trial = await trials.of(request, newAbort().signal)
    return { trials, trial, processes: workers.processes.length }
  }

  it('takes the graphics processor where it is faster, in a process of its own, and tells of both', async () => {
    const { trials, trial, processes } = await tried(workersWith(50, 10))
    expect(trial).toMatchObject({ ...gpu, stepMilliseconds: 10, slower: { engine: 'onnxruntime', stepMilliseconds: 50 } })
    expect(processes).toBe(2)
    expect(trials.chosen(request)).toBe('onnxruntime-gpu')
    const other = { ...lab, training: { ...lab.training, batchSize: 3 } }
    expect(trials.chosen({ lab: other, dataId: null })).toBe('auto')
  })

  it('keeps the processor where it is faster', async () => {
    const { trials, trial } = await tried(workersWith(50, 51))
    expect(trial).toMatchObject({ engine: 'onnxruntime', slower: { ...gpu, stepMilliseconds: 51 } })
    expect(trials.chosen(request)).toBe('auto')
  })

  it.each([
    ['there is none', 50, false],
    ['a step is so short that its kernels could not be handed over in that time', 4, true],
  ])('does not look for a graphics processor if %s', async (_, milliseconds, hasGpu) => {
    expect((await tried(workersWith(milliseconds, 1), hasGpu)).processes).toBe(1)
  })

  it('does not look again once there was no device', async () => {
    const none = () => {
      throw new LabError('engine.no-device', { engine: 'onnxruntime-gpu', detail: 'none' })
    }
    const workers = workersWith(50, none)
    const { trials, trial } = await tried(workers)
    expect(trial).toMatchObject({ engine: 'onnxruntime' })
    const other = { ...lab, training: { ...lab.training, batchSize: 3 } }
    await trials.of({ ...request, lab: other }, newAbort().signal)
    expect(workers.processes).toHaveLength(3)
  })
})

describe('a run on a graphics processor', () => {
  let home: string
  let service: Service
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'attention-lab-test-'))
  })
  afterEach(async () => {
    await service.close()
    await rm(home, { recursive: true, force: true })
  })

  async function begin() {
    const workers = fakeWorkers()
    service = await createService({
      home,
      labs: resolve(import.meta.dirname, '../../../resources/labs'),
      spawn: workers.spawn,
      log: vi.fn(),
    })
    const client = clientOf(service)
    const reverse = await client.call['labs.read']({ id: 'reverse' })
    await client.call['runs.start']({ lab: reverse, engine: 'onnxruntime-gpu', data: null })
    workers.processes[0]!.tell({ ...gpu, step: 120, checkpoint: 100 })
    return { workers, client }
  }
  const continued = (detail: string) => ({
    ...{ state: 'running', step: 100, engine: 'tfjs', problem: null },
    notice: { code: 'engine.device-fallback', params: { device, step: 100, detail } },
  })

  it('goes on from its last checkpoint on the processor when the device is lost, and says so', async () => {
    const { workers, client } = await begin()
    const problem = toProblem(new LabError('engine.device-lost', { device, detail: 'it was unplugged' }))
    workers.processes[0]!.tell({ state: 'failed', problem })
    await vi.waitFor(async () => expect((await statuses(client))[0]).toMatchObject(continued('it was unplugged')))
    expect(workers.processes[1]!.calls.train[0]).toMatchObject({ engine: 'auto', restore: true })
    workers.processes[1]!.tell({ step: 130 })
    await vi.waitFor(async () =>
      expect((await statuses(client))[0]).toMatchObject({ step: 130, notice: { code: 'engine.device-fallback' } }),
    )
  })

  it('does the same when the driver ends its process', async () => {
    const { workers, client } = await begin()
    await vi.waitFor(async () => expect((await statuses(client))[0]).toMatchObject({ checkpoint: 100 }))
    workers.processes[0]!.die('SIGSEGV')
    await vi.waitFor(async () => expect((await statuses(client))[0]).toMatchObject(continued('SIGSEGV')))
  })

  it('stays stopped when its worker is killed because it did not stop in time', async () => {
    const { workers, client } = await begin()
    const { run } = (await statuses(client))[0]!
    await client.call['runs.command']({ run, command: 'stop' })
    workers.processes[0]!.tell({ state: 'running' })
    await vi.waitFor(async () => expect((await statuses(client))[0]).toMatchObject({ state: 'running' }))
    workers.processes[0]!.die('SIGKILL')
    await vi.waitFor(async () => expect((await statuses(client))[0]).toMatchObject({ state: 'interrupted' }))
    expect(workers.processes).toHaveLength(1)
  })

  it('fails as any other when the reason is not the device', async () => {
    const { workers, client } = await begin()
    const problem = toProblem(new LabError('run.not-finite', { step: 3, operation: 'exp', block: 'a', value: 'NaN' }))
    workers.processes[0]!.tell({ state: 'failed', problem })
    await vi.waitFor(async () => expect((await statuses(client))[0]).toMatchObject({ state: 'failed', problem }))
    expect(workers.processes).toHaveLength(1)
  })
})

/** Experiments with workers that answer at once: queued behind runs, kept after kills, cancelled quickly. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ExperimentsPart, ExperimentStatus } from '@core/contract/experiments'
import { experiments } from '@core/experiments'
import { readSweep } from '@core/sweeps/sweep'
import { createService, type Service } from './service'
import { clientOf, type LabClient } from './testing/clients'
import { fakeWorkers, type FakeWorkers } from './testing/fake-workers'

const labs = resolve(import.meta.dirname, '../../../resources/labs')
const request = { experiment: 'parameters', quick: true, seeds: [1, 2], engine: 'tfjs' as const }
const jobs = 2 * experiments.find(({ id }) => id === 'parameters')!.variations.length

let home: string
let service: Service
let workers: FakeWorkers
let host: LabClient
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'experiments-'))
  await open()
})
afterEach(async () => {
  await service.close()
  await rm(home, { recursive: true, force: true })
})

async function open(fakes = fakeWorkers()): Promise<void> {
  workers = fakes
  service = await createService({ home, labs, spawn: workers.spawn, runsAtOnce: 2, version: '1.2.3' })
  host = clientOf(service)
}
/** Workers that answer only their first jobs, so that an experiment stays half done. */
function stuckAfter(count: number): FakeWorkers {
  let asked = 0
  return fakeWorkers({
    experiment: ({ seed }) =>
      ++asked > count ? new Promise(() => undefined) : { engine: 'fake', values: { accuracy: seed, stepsTo90: Infinity } },
  })
}

/** Collects the stream of all experiments, by id. */
function watched(): { readonly all: Map<string, ExperimentStatus>; readonly stop: () => void } {
  const all = new Map<string, ExperimentStatus>()
  const abort = new AbortController()
  const onPart = ({ experiments: changed, removed }: ExperimentsPart): void => {
    for (const each of changed) all.set(each.id, each)
    for (const id of removed) all.delete(id)
  }
  host.call['experiments.watch']({}, { onPart, signal: abort.signal }).catch(() => undefined)
  return { all, stop: () => abort.abort() }
}
const state = async (id: string, expected: string, within = 5000): Promise<ExperimentStatus> => {
  const { all, stop } = watched()
  await vi.waitFor(() => expect(all.get(id)?.state).toBe(expected), { timeout: within })
  stop()
  return all.get(id)!
}

describe('an experiment', () => {
  it('is measured with each seed, and stored with machine, engine and version', async () => {
    const { id, of } = await host.call['experiments.start'](request)
    expect(of).toBe(jobs)
    const { measurements, provenance, seconds, done } = await state(id, 'finished')
    expect(measurements?.['split-1']).toEqual([{ accuracy: 1 }, { accuracy: 2 }])
    expect(provenance).toMatchObject({ version: '1.2.3', engine: 'fake' })
    expect(provenance.machine).toMatch(/ × \d+$/)
    expect(done).toBe(jobs)
    expect(seconds).toBeGreaterThan(0)
  })

  it('survives a restart of the host, including infinite values', async () => {
    await service.close()
    await open(fakeWorkers({ experiment: () => ({ engine: 'fake', values: { stepsTo90: Infinity, lossCurve: [1, NaN] } }) }))
    const { id } = await host.call['experiments.start'](request)
    const before = await state(id, 'finished')
    await service.close()
    await open()
    expect(await state(id, 'finished')).toEqual(before)
    expect(before.measurements?.['full-8']?.[1]).toEqual({ stepsTo90: Infinity, lossCurve: [1, NaN] })
  })

  it('waits behind training runs, and a new run does not wait for it', async () => {
    const lab = await host.call['labs.read']({ id: 'reverse' })
    const start = async () => (await host.call['runs.start']({ lab, engine: 'tfjs', data: null })).run
    const runs = [await start(), await start()]
    const { id } = await host.call['experiments.start'](request)
    await state(id, 'waiting')
    for (const run of runs) await host.call['runs.command']({ run, command: 'stop' })
    await state(id, 'finished')
  })

  it('is cancelled within a second, and keeps its measurements', async () => {
    await service.close()
    await open(stuckAfter(3))
    const { id } = await host.call['experiments.start'](request)
    await vi.waitFor(() => expect(readKept(id)).resolves.toHaveLength(3))
    const before = performance.now()
    expect(await host.call['experiments.cancel']({ id })).toMatchObject({ state: 'cancelled', done: 3 })
    expect(performance.now() - before).toBeLessThan(1000)
    expect(await readKept(id)).toHaveLength(3)
  })

  it('is interrupted when its host ends, and measures the missing jobs when resumed', async () => {
    await service.close()
    await open(stuckAfter(3))
    const { id } = await host.call['experiments.start'](request)
    await vi.waitFor(() => expect(readKept(id)).resolves.toHaveLength(3))
    await service.close()
    let asked = 0
    await open(fakeWorkers({ experiment: ({ seed }) => (asked++, { engine: 'fake', values: { accuracy: seed } }) }))
    expect(await state(id, 'interrupted')).toMatchObject({ done: 3, measurements: null })
    await host.call['experiments.resume']({ id })
    await state(id, 'finished')
    expect(asked).toBe(jobs - 3)
    await expect(host.call['experiments.resume']({ id })).rejects.toMatchObject({ code: 'experiment.finished' })
  })

  it('that was running when its host was killed is interrupted too', async () => {
    await service.close()
    await open(stuckAfter(3))
    const { id } = await host.call['experiments.start'](request)
    await vi.waitFor(() => expect(readKept(id)).resolves.toHaveLength(3))
    const left = await readFile(join(home, 'experiments', `${id}.json`))
    expect(JSON.parse(left.toString())).toMatchObject({ state: 'running' })
    await service.close()
    await writeFile(join(home, 'experiments', `${id}.json`), left)
    await open()
    expect(await state(id, 'interrupted')).toMatchObject({ done: 3 })
  })

  it('fails with the error of the failed job', async () => {
    await service.close()
    await open(fakeWorkers({ experiment: () => Promise.reject(new Error('out of memory')) }))
    const { id } = await host.call['experiments.start'](request)
    expect((await state(id, 'failed')).problem).toMatchObject({ params: { detail: 'out of memory' } })
  })

  it('disappears from the stream and the disk when deleted', async () => {
    const { id } = await host.call['experiments.start'](request)
    await state(id, 'finished')
    const { all } = watched()
    await vi.waitFor(() => expect(all.has(id)).toBe(true))
    await host.call['experiments.remove']({ id })
    await vi.waitFor(() => expect(all.has(id)).toBe(false))
    expect(await readdir(join(home, 'experiments'))).toEqual([])
    await expect(host.call['experiments.cancel']({ id })).rejects.toMatchObject({ code: 'experiment.not-kept' })
  })

  it('that is unknown is rejected, and a damaged file stays in place', async () => {
    await expect(host.call['experiments.start']({ ...request, experiment: 'alchemy' })).rejects.toMatchObject({
      code: 'experiment.unknown',
    })
    const { id } = await host.call['experiments.start'](request)
    await state(id, 'finished')
    await service.close()
    await writeFile(join(home, 'experiments', `${id}.json`), '{')
    await open()
    const { all } = watched()
    await new Promise((settled) => setTimeout(settled, 50))
    expect(all.size).toBe(0)
    expect(await readFile(join(home, 'experiments', `${id}.json`), 'utf8')).toBe('{')
  })
})

async function readKept(id: string): Promise<readonly unknown[]> {
  const { taken } = JSON.parse(await readFile(join(home, 'experiments', `${id}.json`), 'utf8')) as {
    readonly taken: Readonly<Record<string, object>>
  }
  return Object.values(taken).flatMap((each) => Object.keys(each))
}

describe('a sweep', () => {
  async function sweep() {
    const lab = await host.call['labs.read']({ id: 'reverse' })
    const rates = { node: null, setting: 'learningRate', values: [0.001, 0.01, 0.1] }
    return readSweep({
      ...{ format: 'attention-lab-sweep', version: 1, title: 'Rates', lab, steps: 5, measures: ['accuracy'] },
      ...{ search: { kind: 'grid', settings: [rates] }, seeds: [1, 2] },
    })
  }

  it('shows the points that are measured with every seed, before and after a restart, and all of them when resumed', async () => {
    await service.close()
    await open(stuckAfter(3))
    const { id, of } = await host.call['experiments.start']({ ...request, experiment: await sweep() })
    expect(of).toBe(6)
    const { all, stop } = watched()
    const first = { 'point-1': [{ accuracy: 1, stepsTo90: Infinity }, { accuracy: 2, stepsTo90: Infinity }] } // prettier-ignore
    await vi.waitFor(() => expect(all.get(id)?.measurements).toEqual(first))
    stop()
    await vi.waitFor(() => expect(readKept(id)).resolves.toHaveLength(3))
    await service.close()
    await open()
    expect((await state(id, 'interrupted')).measurements).toEqual(first)
    await host.call['experiments.resume']({ id })
    const { measurements } = await state(id, 'finished')
    expect(Object.keys(measurements!)).toEqual(['point-1', 'point-2', 'point-3'])
    expect(measurements!['point-1']).toEqual(first['point-1']) // not measured again
  })

  it('over a setting that its lab does not have is refused, and nothing is kept', async () => {
    const settings = [{ node: 'nowhere', setting: 'heads', values: [1] }]
    const wrong = { ...(await sweep()), search: { kind: 'grid' as const, settings } }
    const start = host.call['experiments.start']({ ...request, experiment: wrong })
    await expect(start).rejects.toMatchObject({ code: 'sweep.setting', params: { place: 'nowhere.heads' } })
    expect(await readdir(join(home, 'experiments')).catch(() => [])).toEqual([])
  })
})

/** Runs in a page against a real service: what the page trains is kept by the host, whatever happens to the connection. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Client } from '@core/contract/client'
import type { Look } from '@core/contract/look'
import { memoryPorts } from '@core/contract/memory-port'
import { pageWorkerEvents, pageWorkerMethods } from '@core/contract/page-worker'
import { connect } from '@core/contract/rpc'
import type { RunOverview, RunPart, RunsPart, RunState, RunStatus } from '@core/contract/runs'
import type { Problem } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { readLab } from '@core/lab/read'
import { RunSeries } from '@core/series/series'
import { createTraining, hashStates } from '@engine/training'
import { trainStep } from '@engine/training-step'
import { checkpointsIn } from '../../main/engine/disk-storage'
import { nodeSurroundings } from '../../main/engine/surroundings'
import { createInstalledTfjs } from '../../main/engine/tfjs'
import { readJson } from '../../main/service/files'
import { pageHost } from '../../main/service/page-host'
import { createService, type Service } from '../../main/service/service'
import { clientOf, description, history } from '../../main/service/testing/clients'
import { fakeWorkers } from '../../main/service/testing/fake-workers'
import { createHost, type Host } from '../api/host'
import { PageRuns } from './page-runs'
import { withPageRuns } from './placed-host'
import { servePageWorker } from './serve-page-worker'

const labs = resolve(import.meta.dirname, '../../../resources/labs')
const pupil: Client = { person: 'ada', role: 'learner', workspace: 'ada' }

let home: string
let service: Service
let lab: LabDocument
const pages: Page[] = []
const openService = (): Promise<Service> =>
  createService({ home, labs, spawn: fakeWorkers().spawn, runsAtOnce: 1, log: (where, error) => console.error(where, error) })

beforeAll(async () => {
  const reverse = readLab(await readJson(join(labs, 'reverse.json')))
  lab = { ...reverse, training: { ...reverse.training, steps: 30, evaluateEvery: 10 } }
})
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'page-runs-'))
  service = await openService()
})
afterEach(async () => {
  for (const page of pages.splice(0)) page.close()
  await service.close()
  await rm(home, { recursive: true, force: true })
})

const longer = (steps: number): LabDocument => ({ ...lab, training: { ...lab.training, steps, evaluateEvery: 200 } })

interface Page {
  readonly host: Host
  readonly runs: PageRuns
  readonly problems: Problem[]
  /** Number of workers that were started. */
  readonly workers: () => number
  unplug(): void
  plug(): void
  /** The newest worker crashes. */
  crash(): void
  close(): void
}

function openPage(): Page {
  let isPlugged = true
  let cut = (): void => undefined
  const workers: { crash: () => void }[] = []
  const problems: Problem[] = []
  const remote = createHost(() => {
    if (!isPlugged) return Promise.reject(new Error('unplugged'))
    const [near, far] = memoryPorts(structuredClone)
    service.connect(far, pupil, pageHost(description))
    cut = () => near.close()
    return Promise.resolve(near)
  })
  const runs = new PageRuns(remote, () => {
    const [near, far] = memoryPorts(structuredClone)
    servePageWorker(far, nodeSurroundings, createInstalledTfjs)
    workers.push({ crash: () => far.close() })
    return connect(near, pageWorkerMethods, pageWorkerEvents)
  })
  runs.chosen.value = true
  runs.onProblem((problem) => problems.push(problem))
  const page: Page = {
    ...{ host: withPageRuns(remote, runs), runs, problems, workers: () => workers.length },
    unplug() {
      isPlugged = false
      cut()
    },
    plug: () => (isPlugged = true),
    crash: () => workers.at(-1)?.crash(),
    close() {
      isPlugged = false
      for (const { crash } of workers) crash()
      cut()
    },
  }
  pages.push(page)
  return page
}

/** A run as its page shows it. */
function watched({ host }: Page, run: string) {
  const series = new RunSeries()
  let status: RunStatus | undefined
  const onPart = (part: RunPart): void => {
    if (part.cut !== undefined) series.cut(part.cut - 1)
    if (part.series) series.add(part.series)
    status = part.status ?? status
  }
  host.stream('runs.follow', { run }, { onPart, onFailure: () => undefined })
  return {
    series,
    get status() {
      return status
    },
    step: () => series.lastStep,
    until: (...states: RunState[]) =>
      vi.waitFor(() => expect(states).toContain(status?.state), { timeout: 60_000, interval: 20 }),
    past: (step: number) => vi.waitFor(() => expect(series.lastStep).toBeGreaterThan(step), { timeout: 60_000, interval: 5 }),
  }
}
const start = async ({ host }: Page, document = lab): Promise<string> =>
  (await host.call['runs.start']({ lab: document, engine: 'auto', data: null })).run
/** As the service has it. */
const kept = (run: string) => history(clientOf(service, pupil), run)
const folderOf = (run: string): string => join(home, 'workspaces', 'ada', 'runs', run)
const upTo = (steps: number): number[] => Array.from({ length: steps }, (_, index) => index + 1)

/** Trained in this process, step by step. */
async function reference(document: LabDocument): Promise<string> {
  const training = createTraining(await createInstalledTfjs(), document, null)
  for (let step = 0; step < document.training.steps; step++) await trainStep(training)
  const hash = hashStates(training, nodeSurroundings)
  training.model.dispose()
  return hash
}

describe('a run in a page', () => {
  it('is kept by the host as if it had trained there: record, series, checkpoint, and the same bytes', async () => {
    const page = openPage()
    const run = await start(page)
    const shown = watched(page, run)
    await shown.until('finished')
    await page.runs.settle()
    const { status, series, summary } = await kept(run)
    expect(status).toMatchObject({ state: 'finished', step: 30, checkpoint: 30, place: 'page', engine: 'tfjs' })
    expect([...series.get('loss')!.points().steps]).toEqual(upTo(30))
    expect(series.snapshot()).toEqual(shown.series.snapshot())
    expect(series.get('seconds')!.lastStep).toBe(30)
    expect(summary?.stateHash).toBe(await reference(lab))
    expect((await checkpointsIn(folderOf(run)).read()).step).toBe(30)
    expect(page.runs.isNeeded).toBe(false)
  })

  it('is a twin of another one: both train up to the same step, pause there, and are equal', async () => {
    const page = openPage()
    const asked = { lab, engine: 'auto', data: null, paused: true } as const
    const runs = [(await page.host.call['runs.start'](asked)).run, (await page.host.call['runs.start'](asked)).run]
    const shown = runs.map((run) => watched(page, run))
    for (const until of [3, 11]) {
      await Promise.all(runs.map((run) => page.host.call['runs.command']({ run, command: 'resume', until })))
      for (const { until: reach } of shown) await reach('paused')
      await vi.waitFor(() => expect(shown.map(({ status }) => [status?.state, status?.step])).toEqual([['paused', until], ['paused', until]])) // prettier-ignore
    }
    const looks: Look[] = []
    const look = { inputs: [{ sample: 0 }], values: [{ name: 'embedding/table' }, { name: 'attention-1/attention' }] }
    for (const run of runs)
      await page.host.call['models.look']({ model: { run }, look }, { onPart: (part) => void looks.push(part) })
    expect(Object.keys(looks[0]!.values)).toHaveLength(2)
    expect(looks[1]!.values).toEqual(looks[0]!.values)
    for (const run of runs) await page.host.call['runs.command']({ run, command: 'stop' })
    await page.runs.settle()
  })

  it('answers looks, mutes and generation itself, and refuses as the host would', async () => {
    const page = openPage()
    const run = await start(page)
    await watched(page, run).until('finished')
    await page.runs.settle()
    page.unplug()
    const looks: Look[] = []
    const look = { inputs: [{ sample: 0 }] }
    await page.host.call['models.look']({ model: { run }, look }, { onPart: (part) => void looks.push(part) })
    expect(looks).toMatchObject([{ step: 30 }])
    const { plain } = await page.host.call['models.evaluate']({ model: { run }, mutes: {} })
    expect(plain.loss).toBeGreaterThan(0)
    expect(await page.host.call['models.confusion']({ model: { run }, mutes: {} })).toMatchObject({ step: 30 })
    expect(await page.host.call['models.worth']({ model: { run }, mutes: {} })).toMatchObject({ step: 30 })
    const patch = { a: { text: 'abcd' }, b: { text: 'abcc' } }
    expect(await page.host.call['models.patch']({ model: { run }, patch })).toMatchObject({ step: 30 })
    const { heads } = await page.host.call['models.heads']({ model: { run } })
    expect(new Set(heads.map(({ block }) => block))).toEqual(new Set(['attention-1', 'attention-2']))
    const lens = await page.host.call['models.lens']({ model: { run }, input: { sample: 0 }, mutes: {} })
    expect([lens.step, lens.layers.length > 2]).toEqual([30, true])
    const circuits = await page.host.call['models.circuits']({ model: { run }, head: { block: 'attention-2', head: 1 } })
    expect(circuits.step).toBe(30)
    await expect(page.host.call['models.generate']({ model: { run }, request: { prompt: 'a' } })).rejects.toMatchObject({
      code: expect.stringMatching(/^generate\./) as string,
    })
    await expect(
      page.host.call['runs.start']({ lab: { ...lab, graph: { nodes: [], edges: [] } }, engine: 'auto', data: null }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^graph\./) as string })
  })

  it('goes on while the connection is lost, follows commands, and is complete at the host afterwards', async () => {
    const page = openPage()
    const run = await start(page, longer(100_000))
    const shown = watched(page, run)
    await shown.past(5)
    page.unplug()
    const before = shown.step()
    await shown.past(before + 20)
    await page.host.call['runs.command']({ run, command: 'pause' })
    await shown.until('paused')
    expect(page.runs.isNeeded).toBe(true)
    await expect(page.runs.settle()).rejects.toMatchObject({ code: 'connection-closed' })
    page.plug()
    await vi.waitFor(() => page.runs.settle(), { timeout: 30_000 })
    const { status, series } = await kept(run)
    expect(status).toMatchObject({ state: 'paused', step: shown.step() })
    expect([...series.get('loss')!.points().steps]).toEqual(upTo(shown.step()))
  })

  it('outlives the host: what it trained meanwhile is at the next one', async () => {
    const page = openPage()
    const run = await start(page, longer(100_000))
    const shown = watched(page, run)
    await shown.past(5)
    page.unplug()
    await service.close()
    await shown.past(shown.step() + 20)
    service = await openService()
    expect((await kept(run)).status?.state).toBe('interrupted')
    page.plug()
    await vi.waitFor(async () => expect((await kept(run)).status?.state).toBe('running'), { timeout: 30_000 })
    await page.host.call['runs.command']({ run, command: 'stop' })
    await page.runs.settle()
    const { status, series } = await kept(run)
    expect(status).toMatchObject({ state: 'stopped', problem: null, checkpoint: shown.step() })
    expect([...series.get('loss')!.points().steps]).toEqual(upTo(shown.step()))
  })

  it('is interrupted when its page is gone, and another page takes it to the same end', async () => {
    const [first, second] = [openPage(), openPage()]
    const run = await start(first, longer(300))
    const shown = watched(first, run)
    await shown.past(100)
    await first.host.call['runs.command']({ run, command: 'pause' })
    await first.host.call['runs.command']({ run, command: 'checkpoint' })
    await first.runs.settle()
    first.close()
    const other = watched(second, run)
    await other.until('interrupted')
    expect(other.status?.problem?.code).toBe('run.page-left')
    await second.host.call['runs.resume']({ run })
    await other.until('finished')
    await second.runs.settle()
    const { status, series, summary } = await kept(run)
    expect(status).toMatchObject({ state: 'finished', step: 300, problem: null })
    expect([...series.get('loss')!.points().steps]).toEqual(upTo(300))
    // The time goes on where the first page left it.
    const { steps, values } = series.get('seconds')!.points()
    expect([steps[0], steps.at(-1)]).toEqual([1, 300])
    expect([...values]).toEqual([...values].toSorted((a, b) => a - b))
    expect(summary?.stateHash).toBe(await reference(longer(300)))
  }, 120_000)

  it('ends where another page has taken over meanwhile', async () => {
    const [first, second] = [openPage(), openPage()]
    const run = await start(first, longer(100_000))
    await watched(first, run).past(10)
    await first.host.call['runs.command']({ run, command: 'checkpoint' })
    await first.runs.settle()
    first.unplug()
    const other = watched(second, run)
    await other.until('interrupted')
    await second.host.call['runs.resume']({ run })
    await second.runs.settle() // until the host knows, the first page could come back and keep the run
    first.plug()
    await vi.waitFor(() => expect(first.problems.map(({ code }) => code)).toEqual(['run.taken-over']), { timeout: 30_000 })
    expect(first.runs.get(run)).toBeUndefined()
    await other.past(other.step() + 10)
    expect((await kept(run)).status).toMatchObject({ state: 'running', place: 'page' })
  }, 120_000)

  it('follows commands of others, who cannot start it a second time', async () => {
    const page = openPage()
    const run = await start(page, longer(100_000))
    const shown = watched(page, run)
    await shown.past(5)
    const teacher = clientOf(service, pupil)
    await vi.waitFor(async () => teacher.call['runs.command']({ run, command: 'pause' }), { timeout: 30_000 })
    await shown.until('paused')
    await expect(teacher.call['runs.resume']({ run })).rejects.toMatchObject({ code: 'run.under-way' })
    await expect(teacher.call['runs.remove']({ run })).rejects.toMatchObject({ code: 'run.still-under-way' })
  })

  it('that crashes has failed, and resumes from what the page has', async () => {
    const page = openPage()
    const run = await start(page, longer(100_000))
    const shown = watched(page, run)
    await shown.past(5)
    await page.host.call['runs.command']({ run, command: 'checkpoint' })
    page.unplug()
    page.crash()
    await shown.until('failed')
    expect(shown.status?.problem?.code).toBe('run.interrupted')
    await page.host.call['runs.resume']({ run })
    await shown.until('running')
    expect(page.workers()).toBe(2)
    await shown.past(shown.step() + 5)
    await page.host.call['runs.command']({ run, command: 'stop' })
    page.plug()
    await vi.waitFor(() => page.runs.settle(), { timeout: 30_000 })
    const { status, series } = await kept(run)
    expect(status).toMatchObject({ state: 'stopped', step: shown.step(), checkpoint: shown.step() })
    expect([...series.get('loss')!.points().steps]).toEqual(upTo(shown.step()))
  })

  it('begins with the weights of another, and trains beyond its end', async () => {
    const page = openPage()
    const first = await start(page)
    await watched(page, first).until('finished')
    const second = await page.host.call['runs.start']({ lab, engine: 'auto', data: null, from: first })
    expect(second.transplant?.misfits).toEqual([])
    const shown = watched(page, second.run)
    await shown.until('finished')
    await expect(page.host.call['runs.resume']({ run: second.run })).rejects.toMatchObject({ code: 'run.finished' })
    await page.host.call['runs.resume']({ run: second.run, more: 10 })
    await vi.waitFor(() => expect(shown.status).toMatchObject({ state: 'finished', step: 40, steps: 40 }), { timeout: 30_000 })
    await page.runs.settle()
    expect((await kept(second.run)).status).toMatchObject({ state: 'finished', step: 40, checkpoint: 40 })
    expect((await readdir(folderOf(second.run))).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('is left to the host where its user chooses the host, and is deleted there', async () => {
    const page = openPage()
    const run = await start(page)
    await watched(page, run).until('finished')
    page.runs.chosen.value = false
    await page.host.call['runs.remove']({ run })
    expect(page.runs.get(run)).toBeUndefined()
    await expect(kept(run)).rejects.toMatchObject({ code: 'run.unknown' })
  })
})

describe('the list of runs', () => {
  it('has the runs of the page as they are there, also offline, and those that were deleted elsewhere no more', async () => {
    const page = openPage()
    const listed = new Map<string, RunOverview>()
    const onPart = ({ runs, removed }: RunsPart): void => {
      for (const overview of runs) listed.set(overview.status.run, overview)
      for (const run of removed) listed.delete(run)
    }
    page.host.stream('runs.watch', {}, { onPart, onFailure: () => undefined })
    await vi.waitFor(() => expect(page.host.state.value).toBe('connected'))
    page.unplug()
    const run = await start(page)
    await vi.waitFor(() => expect(listed.get(run)).toMatchObject({ status: { state: 'finished', step: 30 } }), 30_000)
    expect(listed.get(run)?.loss).toBeGreaterThan(0)
    page.plug()
    await vi.waitFor(() => page.runs.settle(), { timeout: 30_000 })
    await clientOf(service, pupil).call['runs.remove']({ run })
    await page.host.call['runs.command']({ run, command: 'checkpoint' }) // something to report
    await vi.waitFor(() => expect(page.problems.map(({ code }) => code)).toEqual(['run.unknown']), 30_000)
    await vi.waitFor(() => expect(listed.has(run)).toBe(false), 5000)
  })
})

describe('the budget', () => {
  it('is measured on this computer, and not while it trains', async () => {
    const page = openPage()
    const budget = await page.host.call['lab.budget']({ lab, engine: 'auto', data: null })
    expect(budget).toMatchObject({ engine: 'tfjs' })
    expect(budget.stepsPerSecond).toBeGreaterThan(1)
    await start(page, longer(100_000))
    await expect(page.host.call['lab.budget']({ lab, engine: 'auto', data: null })).rejects.toMatchObject({
      code: 'budget.busy',
    })
  })
})

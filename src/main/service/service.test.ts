import { createHash } from 'node:crypto'
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { labEvents, labMethods, type LabEvents, type LabMethods, type RunStatus, type Telemetry } from '@core/contract/lab'
import { memoryPorts } from '@core/contract/memory-port'
import { connect, type Connection } from '@core/contract/rpc'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { pageHost } from './page-host'
import { createService, type Service } from './service'
import { fakeRuns, type FakeRuns } from './testing/fake-runs'

const labs = resolve(import.meta.dirname, '../../../resources/labs')
const description = { kind: 'browser', version: '0.0.0', platform: 'test', dialogs: false, engines: [] } as const
type Client = Connection<LabMethods, LabEvents>

let workspace: string
let services: Service[]
const log = vi.fn()

beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'attention-lab-test-'))
  services = []
  log.mockReset()
})
afterEach(async () => {
  await Promise.all(services.map((service) => service.close()))
  await rm(workspace, { recursive: true, force: true })
})

async function start(runs: FakeRuns): Promise<{ service: Service; client: () => Client }> {
  const service = await createService({ workspace, labs, spawn: runs.spawn, log })
  services.push(service)
  const client = (): Client => {
    const [near, far] = memoryPorts(structuredClone)
    service.connect(far, pageHost(description))
    return connect(near, labMethods, labEvents)
  }
  return { service, client }
}

async function trainingRun(
  runs = fakeRuns(),
): Promise<{ runs: FakeRuns; client: Client; lab: LabDocument; status: RunStatus }> {
  const client = (await start(runs)).client()
  const lab = await client.call['labs.read']({ id: 'reverse' })
  return { runs, client, lab, status: await client.call['runs.start']({ lab, engine: 'auto', data: null }) }
}

const runFolder = (run: string): string => join(workspace, 'runs', run)
const losses = (run: string, firstStep: number, ...values: number[]): Telemetry => ({
  run,
  firstStep,
  losses: new Float32Array(values),
  accuracies: new Float32Array(values.length),
  stepsPerSecond: 10,
  evaluations: [],
})

it('a restored run loses no step that its process tells before it answers', async () => {
  const runs: FakeRuns = fakeRuns({
    start: ({ run, lab, restore }) => {
      const status = { run, steps: lab.training.steps, learningRate: 1, engine: 'tfjs', parameters: 1, problem: null } as const
      const [step, process] = [restore ? 2 : 0, runs.processes.at(-1)!]
      process.emit('status', { ...status, state: 'running', step, checkpoint: step })
      if (restore) process.emit('telemetry', losses(run, 3, 0.3))
      return { ...status, state: 'running', step: step + 1, checkpoint: step }
    },
  })
  const { client, status } = await trainingRun(runs)
  const { run } = status
  runs.processes[0]!.emit('telemetry', losses(run, 1, 0.1, 0.2, 0.9, 0.9))
  runs.processes[0]!.emit('status', { ...status, checkpoint: 2 })
  await vi.waitFor(async () => expect((await client.call['runs.history']({ run })).losses).toHaveLength(4))
  runs.processes[0]!.die('SIGKILL')
  await vi.waitFor(async () => expect((await client.call['runs.list']({}))[0]?.state).toBe('interrupted'))
  await client.call['runs.restore']({ run })
  const told = (await client.call['runs.history']({ run })).losses
  expect([...told]).toEqual([0.1, 0.2, 0.3].map(Math.fround))
})

describe('built-in labs', () => {
  it('are listed and read by id', async () => {
    const client = (await start(fakeRuns())).client()
    const listed = await client.call['labs.list']({})
    expect(listed.map(({ id }) => id)).toEqual(expect.arrayContaining(['characters', 'pos-tagging', 'reverse']))
    expect(listed.find(({ id }) => id === 'reverse')).toMatchObject({
      task: 'reverse',
      title: { en: expect.any(String) as string },
    })
    for (const { id } of listed) expect((await client.call['labs.read']({ id })).format).toBe('attention-lab')
  })

  it.each(['none', '../../package', '__proto__', ''])('have no %j', async (id) => {
    const client = (await start(fakeRuns())).client()
    await expect(client.call['labs.read']({ id })).rejects.toMatchObject({ code: 'lab.unknown' })
  })
})

describe("the learner's texts", () => {
  const bytes = new TextEncoder().encode('to be or not to be, that is the question 问题'.repeat(3))

  it('are kept under their hash, survive a restart, and describe a task', async () => {
    const first = (await start(fakeRuns())).client()
    const added = await first.call['data.add']({ name: 'hamlet.txt', bytes })
    expect(added).toEqual({
      id: createHash('sha256').update(bytes).digest('hex').slice(0, 16),
      name: 'hamlet.txt',
      characters: 129,
    })
    const second = (await start(fakeRuns())).client()
    expect(await second.call['data.list']({})).toEqual([added])
    const spec = await second.call['task.describe']({ task: { kind: 'characters', params: { length: 8 } }, data: added.id })
    expect(spec.tokeniser.vocabulary.join('')).toContain('问')
  })

  it('that are none are refused with a sentence, and nothing is kept', async () => {
    const client = (await start(fakeRuns())).client()
    const add = (content: Uint8Array<ArrayBuffer>) => client.call['data.add']({ name: 'x', bytes: content })
    await expect(add(new Uint8Array([65, 0, 66]))).rejects.toMatchObject({ code: 'text.binary' })
    await expect(add(new Uint8Array([0xff, 0xfe, 65, 0]))).rejects.toMatchObject({ code: 'text.utf16' })
    expect(await client.call['data.list']({})).toEqual([])
  })

  it('that are large are looked at in another process, once however many ask', async () => {
    const runs = fakeRuns()
    const client = (await start(runs)).client()
    const large = await client.call['data.add']({
      name: 'x',
      bytes: new TextEncoder().encode('all work and no play '.repeat(100_000)),
    })
    const task = { kind: 'words', params: { length: 8 } }
    const ask = () => client.call['task.describe']({ task, data: large.id })
    const [first, second] = await Promise.all([ask(), ask()])
    expect(first).toEqual(second)
    expect(first.tokeniser.vocabulary).toEqual(expect.arrayContaining([' work', ' play']))
    expect(runs.processes.map(({ calls, ended }) => [calls.describe.length, ended !== null])).toEqual([[1, true]])
    const shorter = client.call['task.describe']({ task: { kind: 'words', params: { length: -1 } }, data: large.id })
    await expect(shorter).rejects.toMatchObject({ code: 'task.parameter-too-small' })
  })

  it('that are tables are shown as a task reads them', async () => {
    const client = (await start(fakeRuns())).client()
    const added = await client.call['data.add']({ name: 'my.csv', bytes: new TextEncoder().encode('text,mood\nfine,good\n') })
    const preview = (kind: string, data: string | null) => client.call['data.preview']({ task: { kind, params: {} }, data })
    expect(await preview('own-classification', added.id)).toEqual({
      format: 'csv',
      columns: ['text', 'mood'],
      rows: [['fine', 'good']],
      chosen: { text: 'text', label: 'mood' },
    })
    expect(await preview('reverse', null)).toBeNull()
    await expect(preview('own-tagging', '0123456789abcdef')).rejects.toMatchObject({ code: 'data.unknown' })
  })

  it('that are gone, and tasks that cannot be, are sentences', async () => {
    const client = (await start(fakeRuns())).client()
    const describeTask = (kind: string, data: string | null) =>
      client.call['task.describe']({ task: { kind, params: {} }, data })
    await expect(describeTask('characters', '0123456789abcdef')).rejects.toMatchObject({ code: 'data.unknown' })
    await expect(describeTask('nonsense', null)).rejects.toMatchObject({ code: 'task.unknown' })
    await expect(describeTask('characters', '../../etc/passwd')).rejects.toMatchObject({ code: 'bad-argument' })
  })
})

describe('a run', () => {
  it('starts in a process of its own, with its folder', async () => {
    const { runs, client, status, lab } = await trainingRun()
    expect(status.state).toBe('running')
    expect(runs.processes).toHaveLength(1)
    expect(runs.processes[0]?.calls.start[0]).toMatchObject({ run: status.run, engine: 'auto', restore: false })
    expect(runs.processes[0]?.calls.start[0]?.directory).toBe(join(workspace, 'runs', status.run))
    const kept = JSON.parse(await readFile(join(workspace, 'runs', status.run, 'lab.json'), 'utf8')) as { lab: unknown }
    expect(kept.lab).toEqual(lab)
    expect(await client.call['runs.read']({ run: status.run })).toEqual({ lab, data: null })
    expect(await client.call['runs.list']({})).toEqual([status])
  })

  it('tells every client what its process tells, and keeps the history for those that come later', async () => {
    const runs = fakeRuns()
    const { client } = await start(runs)
    const [first, second] = [client(), client()]
    const heard: number[][] = [[], []]
    first.on('run.telemetry', (telemetry) => heard[0]?.push(...telemetry.losses))
    second.on('run.telemetry', (telemetry) => heard[1]?.push(...telemetry.losses))
    const lab = await first.call['labs.read']({ id: 'reverse' })
    const { run } = await first.call['runs.start']({ lab, engine: 'auto', data: null })
    runs.processes[0]?.emit('telemetry', losses(run, 1, 3, 2.5))
    const evaluation = { step: 3, loss: 2.1, metrics: { accuracy: 0.5 } }
    runs.processes[0]?.emit('telemetry', { ...losses(run, 3, 2), evaluations: [evaluation] })
    await vi.waitFor(() =>
      expect(heard).toEqual([
        [3, 2.5, 2],
        [3, 2.5, 2],
      ]),
    )
    const history = await client().call['runs.history']({ run })
    expect(history.losses).toEqual(new Float32Array([3, 2.5, 2]))
    expect(history.evaluations).toEqual([evaluation])
  })

  it('tells that a slower engine computes, and why, also when it is found again', async () => {
    const notice = { code: 'engine.fallback', params: { engine: 'onnxruntime', used: 'tfjs', detail: 'no library' } } as const
    const { runs, client, status } = await trainingRun()
    const [process] = runs.processes
    process!.status = { ...status, notice }
    process!.emit('status', process!.status)
    await vi.waitFor(async () => expect(await client.call['runs.list']({})).toEqual([{ ...status, notice }]))
    await client.call['runs.command']({ run: status.run, command: 'stop' })
    await services.pop()?.close()
    const later = (await start(fakeRuns())).client()
    expect(await later.call['runs.list']({})).toMatchObject([{ run: status.run, notice }])
  })

  it('begins with the weights of another, and keeps what became of them', async () => {
    const transplant = {
      matched: ['embedding/table'],
      misfits: [{ name: 'classifier/weight', reason: 'shape' as const, own: [8, 5], given: [8, 9] }],
      missing: ['norm/gain'],
      unused: [],
    }
    const { runs, client, lab, status } = await trainingRun()
    const begin = (from: string) => client.call['runs.start']({ lab, engine: 'auto', data: null, from })
    await expect(begin(status.run)).rejects.toMatchObject({ code: 'weights.no-checkpoint', params: { run: status.run } })
    await expect(begin('none')).rejects.toMatchObject({ code: 'run.unknown' })
    await expect(begin('../elsewhere')).rejects.toMatchObject({ code: 'bad-argument' })
    await client.call['runs.command']({ run: status.run, command: 'checkpoint' })

    const { run } = await begin(status.run)
    const [first, second] = runs.processes
    expect(first!.calls.start[0]!.from).toBeNull()
    expect(second!.calls.start[0]).toMatchObject({ run, from: join(workspace, 'runs', status.run), restore: false })
    second!.status = { ...second!.status, transplant, checkpoint: 1 }
    second!.emit('status', second!.status)
    await client.call['runs.command']({ run, command: 'stop' })
    await services.pop()?.close()

    const later = (await start(fakeRuns())).client()
    expect((await later.call['runs.list']({})).find((each) => each.run === run)).toMatchObject({ transplant })
    expect(await later.call['runs.restore']({ run })).toMatchObject({ transplant })
  })

  it('keeps its baseline, over starts of the host and of its process', async () => {
    const baseline = { accuracy: 0.25, exactMatch: 0 }
    const { runs, client, status } = await trainingRun()
    const [process] = runs.processes
    process!.status = { ...process!.status, baseline, checkpoint: 1 }
    process!.emit('status', process!.status)
    await client.call['runs.command']({ run: status.run, command: 'stop' })
    await services.pop()?.close()

    const later = (await start(fakeRuns())).client()
    expect(await later.call['runs.list']({})).toMatchObject([{ baseline }])
    expect(await later.call['runs.restore']({ run: status.run })).toMatchObject({ state: 'running', baseline })
  })

  it('that has no process to hear it answers commands with a sentence', async () => {
    const { runs, client, status } = await trainingRun()
    runs.processes[0]?.die('SIGKILL')
    await vi.waitFor(async () => expect((await client.call['runs.list']({}))[0]?.state).toBe('interrupted'))
    const { run } = status
    await expect(client.call['runs.command']({ run, command: 'pause' })).rejects.toMatchObject({ code: 'run.ended' })
    await expect(client.call['runs.tune']({ run, learningRate: 1 })).rejects.toMatchObject({ code: 'run.ended' })
    const view = { sample: 0, probes: [], states: [] }
    await expect(client.call['runs.view']({ run, view })).rejects.toMatchObject({ code: 'run.ended' })
    await expect(client.call['runs.history']({ run: 'none' })).rejects.toMatchObject({ code: 'run.unknown' })
  })

  it('passes commands and changes on, and gives the status that comes of them', async () => {
    const { runs, client, status } = await trainingRun()
    const { run } = status
    expect(await client.call['runs.tune']({ run, learningRate: 0.5 })).toMatchObject({ learningRate: 0.5 })
    expect(await client.call['runs.command']({ run, command: 'stop' })).toMatchObject({ state: 'stopped' })
    expect(runs.processes[0]?.calls.tune).toEqual([{ learningRate: 0.5 }])
  })

  it('shows each process what all clients look at together, and forgets those that leave', async () => {
    const runs = fakeRuns()
    const { client } = await start(runs)
    const [first, second] = [client(), client()]
    const lab = await first.call['labs.read']({ id: 'reverse' })
    const { run } = await first.call['runs.start']({ lab, engine: 'auto', data: null })
    await first.call['runs.view']({ run, view: { sample: 1, probes: ['a'], states: [] } })
    await second.call['runs.view']({ run, view: { sample: 2, probes: ['b', 'a'], states: ['w'] } })
    const views = runs.processes[0]?.calls.view ?? []
    expect(views.at(-1)?.view).toEqual({ sample: 2, probes: ['a', 'b'], states: ['w'] })
    second.close()
    await vi.waitFor(() => expect(views.at(-1)?.view).toEqual({ sample: 1, probes: ['a'], states: [] }))
  })

  it('that ends while a page leaves is nothing to report', async () => {
    let die = (): void => undefined
    const runs = fakeRuns({ view: () => die() })
    const { client, status } = await trainingRun(runs)
    await client.call['runs.view']({ run: status.run, view: { sample: 0, probes: [], states: [] } })
    die = () => runs.processes[0]!.die('SIGKILL')
    client.close()
    await vi.waitFor(() => expect(runs.processes[0]!.ended).toBe('SIGKILL'))
    await new Promise(setImmediate)
    expect(log).not.toHaveBeenCalled()
  })

  it('has its model write for the page that asks, as it is now', async () => {
    const runs: FakeRuns = fakeRuns({
      write: ({ request: { prompt } }) => {
        runs.processes.at(-1)!.emit('written', { prompt, written: [] })
        return { prompt, written: [], tokens: 0, milliseconds: 1, cached: true, engine: 'tfjs', step: 7 }
      },
    })
    const { client } = await start(runs)
    const [asking, other] = [client(), client()]
    const lab = await asking.call['labs.read']({ id: 'characters' })
    const { run } = await asking.call['runs.start']({ lab, engine: 'auto', data: null })
    const told: unknown[] = []
    asking.on('run.written', (progress) => told.push(progress))
    other.on('run.written', () => expect.unreachable('only who asked is told'))
    const [training] = runs.processes
    training!.emit('status', { ...training!.status, step: 7 })

    expect(await asking.call['runs.write']({ run, request: { prompt: 'x' } })).toMatchObject({ prompt: 'x', step: 7 })
    expect(told).toEqual([{ run, prompt: 'x', written: [] }])
    expect(training!.calls.command).toEqual([{ command: 'checkpoint' }])
    expect(runs.processes[1]!.calls.write).toMatchObject([
      { directory: runFolder(run), data: null, request: { prompt: 'x', topK: 0 } },
    ])
    expect([training!.ended, runs.processes[1]!.ended]).toEqual([null, expect.any(String)])
    await expect(asking.call['runs.write']({ run: 'none', request: {} })).rejects.toMatchObject({ code: 'run.unknown' })
    await expect(asking.call['runs.write']({ run, request: { length: 0 } })).rejects.toMatchObject({ code: 'bad-argument' })
  })

  it('that ended before its first checkpoint has nothing to write with; a page that leaves wants nothing written', async () => {
    const runs = fakeRuns({ write: () => new Promise<never>(() => undefined) })
    const { client, status } = await trainingRun(runs)
    const { run } = status
    runs.processes[0]!.die('SIGKILL')
    await vi.waitFor(async () => expect((await client.call['runs.list']({}))[0]?.state).toBe('interrupted'))
    await expect(client.call['runs.write']({ run, request: {} })).rejects.toMatchObject({ code: 'weights.no-checkpoint' })

    const { lab } = await client.call['runs.read']({ run })
    const { run: next } = await client.call['runs.start']({ lab, engine: 'auto', data: null, paused: true })
    runs.processes[2]!.emit('status', { ...runs.processes[2]!.status, step: 1 })
    client.call['runs.write']({ run: next, request: {} }).catch(() => undefined)
    await vi.waitFor(() => expect(runs.processes[3]?.calls.write).toHaveLength(1))
    client.close()
    await vi.waitFor(() => expect(runs.processes[3]!.ended).not.toBeNull())
  })

  it('that its process refuses leaves nothing behind', async () => {
    const runs = fakeRuns({
      start: () => {
        throw new LabError('run.too-large', { needed: 9, available: 3 })
      },
    })
    const client = (await start(runs)).client()
    const lab = await client.call['labs.read']({ id: 'reverse' })
    await expect(client.call['runs.start']({ lab, engine: 'auto', data: null })).rejects.toMatchObject({
      code: 'run.too-large',
    })
    expect(runs.processes[0]?.ended).not.toBeNull()
    expect(await client.call['runs.list']({})).toEqual([])
    expect(await readdir(join(workspace, 'runs'))).toEqual([])
  })

  it('whose process dies while it starts is a sentence', async () => {
    const runs = fakeRuns({
      start: () => {
        runs.processes[0]?.die('SIGSEGV')
        return new Promise(() => undefined)
      },
    })
    const client = (await start(runs)).client()
    const lab = await client.call['labs.read']({ id: 'reverse' })
    await expect(client.call['runs.start']({ lab, engine: 'auto', data: null })).rejects.toMatchObject({
      code: 'run.interrupted-at-start',
      params: { how: 'SIGSEGV' },
    })
  })

  it('that cannot be trained starts no process', async () => {
    const runs = fakeRuns()
    const client = (await start(runs)).client()
    const lab = await client.call['labs.read']({ id: 'reverse' })
    const broken = { ...lab, graph: { ...lab.graph, edges: lab.graph.edges.slice(1) } }
    await expect(client.call['runs.start']({ lab: broken, engine: 'auto', data: null })).rejects.toBeInstanceOf(LabError)
    expect(runs.processes).toEqual([])
  })

  it('that ended keeps its process until another run needs the room', async () => {
    const { runs, client, status, lab } = await trainingRun()
    const [first] = runs.processes
    first?.emit('status', { ...status, state: 'finished', step: status.steps })
    await vi.waitFor(async () => expect((await client.call['runs.list']({}))[0]?.state).toBe('finished'))
    expect(first?.ended).toBeNull()
    await client.call['runs.start']({ lab, engine: 'auto', data: null })
    expect(first?.ended).not.toBeNull()
    expect((await client.call['runs.list']({})).map(({ state }) => state)).toEqual(['finished', 'running'])
  })
})

describe('a budget', () => {
  it('is told from a trial, which is kept', async () => {
    const runs = fakeRuns()
    const client = (await start(runs)).client()
    const lab = await client.call['labs.read']({ id: 'reverse' })
    const budget = await client.call['lab.budget']({ lab, engine: 'auto', data: null })
    expect(budget).toMatchObject({ engine: 'tfjs', parameters: 10, peakBytes: 1e8, stepsPerSecond: 500 })
    const half = { ...lab, training: { ...lab.training, steps: lab.training.steps / 2 } }
    const { secondsToFinish } = await client.call['lab.budget']({ lab: half, engine: 'auto', data: null })
    expect(secondsToFinish).toBeLessThan(budget.secondsToFinish)
    expect(runs.processes).toHaveLength(1)
  })

  it.each(['begins', 'goes on after its process was gone'])('gives way to a run that %s', async (how) => {
    const runs = fakeRuns({ measure: () => new Promise(() => undefined) })
    const client = (await start(runs)).client()
    const lab = await client.call['labs.read']({ id: 'reverse' })
    const earlier = how === 'begins' ? null : await client.call['runs.start']({ lab, engine: 'auto', data: null })
    if (earlier) {
      await client.call['runs.command']({ run: earlier.run, command: 'checkpoint' })
      runs.processes[0]?.die('SIGKILL')
      await vi.waitFor(async () => expect((await client.call['runs.list']({}))[0]?.state).toBe('interrupted'))
    }
    const refused = expect(client.call['lab.budget']({ lab, engine: 'auto', data: null })).rejects.toMatchObject({
      code: 'budget.busy',
    })
    const trial = earlier ? 1 : 0
    await vi.waitFor(() => expect(runs.processes).toHaveLength(trial + 1))
    if (earlier) await client.call['runs.restore']({ run: earlier.run })
    else await client.call['runs.start']({ lab, engine: 'auto', data: null })
    await refused
    expect(runs.processes.map(({ ended }) => ended !== null).slice(trial)).toEqual([true, false])
  })
})

describe('an interrupted run', () => {
  async function interruptedRun() {
    const { runs, client, status } = await trainingRun()
    runs.processes[0]!.emit('status', { ...status, step: 100, checkpoint: 100 })
    await vi.waitFor(async () => expect((await client.call['runs.list']({}))[0]?.checkpoint).toBe(100))
    runs.processes[0]!.die('SIGKILL')
    await vi.waitFor(async () => expect((await client.call['runs.list']({}))[0]?.state).toBe('interrupted'))
    return { runs, client, run: status.run }
  }

  it('goes on from its checkpoint, and its history is cut there', async () => {
    const { runs, client, status } = await trainingRun()
    const { run } = status
    runs.processes[0]?.emit('telemetry', losses(run, 1, ...Array.from({ length: 120 }, (_, step) => step)))
    runs.processes[0]?.emit('status', { ...status, step: 120, checkpoint: 100 })
    const states: string[] = []
    client.on('run.status', ({ state }) => states.push(state))
    await vi.waitFor(async () => expect((await client.call['runs.list']({}))[0]?.checkpoint).toBe(100))
    runs.processes[0]?.die('SIGKILL')
    await vi.waitFor(() => expect(states).toContain('interrupted'))
    const [interrupted] = await client.call['runs.list']({})
    expect(interrupted?.problem).toMatchObject({ code: 'run.interrupted', params: { how: 'SIGKILL', step: 100 } })

    const restored = await client.call['runs.restore']({ run })
    expect(restored).toMatchObject({ state: 'running', step: 100, problem: null })
    expect(runs.processes[1]?.calls.start[0]).toMatchObject({ run, restore: true })
    expect((await client.call['runs.history']({ run })).losses).toHaveLength(100)
    runs.processes[1]?.emit('telemetry', losses(run, 101, 7))
    await vi.waitFor(async () => expect((await client.call['runs.history']({ run })).losses.at(-1)).toBe(7))
  })

  it('without a checkpoint cannot be restored; one under way neither', async () => {
    const { runs, client, status } = await trainingRun()
    const { run } = status
    await expect(client.call['runs.restore']({ run })).rejects.toMatchObject({ code: 'run.under-way' })
    runs.processes[0]?.die('SIGKILL')
    await vi.waitFor(async () => expect((await client.call['runs.list']({}))[0]?.state).toBe('interrupted'))
    await expect(client.call['runs.restore']({ run })).rejects.toMatchObject({ code: 'run.no-checkpoint' })
  })

  it('is restored once, and not deleted meanwhile, whoever asks', async () => {
    const { runs, client, run } = await interruptedRun()
    const asked = [
      client.call['runs.restore']({ run }),
      client.call['runs.restore']({ run }),
      client.call['runs.remove']({ run }),
    ]
    const [first, second, removal] = await Promise.allSettled(asked as Promise<unknown>[])
    expect(first).toMatchObject({ status: 'fulfilled' })
    expect(second).toMatchObject({ reason: { code: 'run.under-way' } })
    expect(removal).toMatchObject({ reason: { code: 'run.still-under-way' } })
    expect(runs.processes).toHaveLength(2)
  })

  it('that is being restored while the host closes leaves no process behind', async () => {
    const { runs, client, run } = await interruptedRun()
    client.call['runs.restore']({ run }).catch(() => undefined)
    await new Promise(setImmediate)
    await services.pop()?.close()
    expect(runs.processes.filter(({ ended }) => ended === null)).toEqual([])
  })

  it('stays one when restoring fails, and says why', async () => {
    let refuse = false
    const runs: FakeRuns = fakeRuns({
      start: ({ run }) => {
        const fake = runs.processes.at(-1)
        if (refuse || !fake) throw new LabError('data.unknown', { id: 'x' })
        return { ...fake.status, run, state: 'running', checkpoint: 5 }
      },
    })
    const { client, status } = await trainingRun(runs)
    runs.processes[0]?.die('SIGKILL')
    await vi.waitFor(async () => expect((await client.call['runs.list']({}))[0]?.state).toBe('interrupted'))
    refuse = true
    await expect(client.call['runs.restore']({ run: status.run })).rejects.toMatchObject({ code: 'data.unknown' })
    const [after] = await client.call['runs.list']({})
    expect(after).toMatchObject({ state: 'interrupted', problem: { code: 'data.unknown' } })
  })
})

describe('a workspace', () => {
  async function leaveBehind(owner: number, state: string): Promise<string> {
    const { client, status, lab } = await trainingRun()
    await client.call['runs.command']({ run: status.run, command: 'stop' })
    await services.pop()?.close()
    const folder = runFolder(status.run)
    const left = { ...status, state, step: 60, checkpoint: 50 }
    await writeFile(join(folder, 'run.json'), JSON.stringify({ status: left, summary: null, owner }))
    await writeFile(join(folder, 'lab.json'), JSON.stringify({ lab, engine: 'auto', data: null }))
    const lines = Array.from({ length: 60 }, (_, index) => JSON.stringify({ step: index + 1, loss: index, accuracy: 0 }))
    await writeFile(join(folder, 'metrics.jsonl'), [...lines, '{"step":61,"lo'].join('\n'))
    return status.run
  }
  const dead = 2 ** 22 + 12345 // beyond Linux's largest process identifier

  it('left in the middle of a run shows it interrupted, with its history, and can restore it', async () => {
    const run = await leaveBehind(dead, 'running')
    const client = (await start(fakeRuns())).client()
    const [status] = await client.call['runs.list']({})
    expect(status).toMatchObject({ run, state: 'interrupted', problem: { code: 'run.host-ended', params: { step: 50 } } })
    expect((await client.call['runs.history']({ run })).losses).toEqual(Float32Array.from({ length: 60 }, (_, index) => index))
    expect(await client.call['runs.restore']({ run })).toMatchObject({ state: 'running' })
  })

  it('tells the metrics of a run of an earlier version by today’s names', async () => {
    const run = await leaveBehind(dead, 'finished')
    const folder = runFolder(run)
    const record = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')) as object
    const summary = { steps: 60, loss: 1, evaluation: { loss: 1, accuracy: 0.5, f1: 0.75 }, parameters: 1, engine: 'tfjs' }
    const rest = { endedEarly: false, msPerStep: 1, stateHash: '' }
    await writeFile(join(folder, 'run.json'), JSON.stringify({ ...record, summary: { ...summary, ...rest } }))
    const evaluation = { step: 50, loss: 1, metrics: { accuracy: 0.5, f1: 0.75 } }
    await appendFile(join(folder, 'metrics.jsonl'), `\n${JSON.stringify({ evaluation })}\n`)
    const request = JSON.parse(await readFile(join(folder, 'lab.json'), 'utf8')) as { lab: LabDocument }
    const goal = { metric: 'f1', atLeast: 0.9, steps: 100 }
    await writeFile(join(folder, 'lab.json'), JSON.stringify({ ...request, lab: { ...request.lab, goal } }))

    const client = (await start(fakeRuns())).client()
    const history = await client.call['runs.history']({ run })
    expect(history.summary?.evaluation).toEqual({ loss: 1, accuracy: 0.5, f1Micro: 0.75 })
    expect(history.evaluations).toEqual([{ step: 50, loss: 1, metrics: { accuracy: 0.5, f1Micro: 0.75 } }])
    expect((await client.call['runs.read']({ run })).lab.goal?.metric).toBe('f1Micro')
  })

  it('leaves the runs of another living host alone', async () => {
    await leaveBehind(process.ppid, 'running')
    const client = (await start(fakeRuns())).client()
    expect(await client.call['runs.list']({})).toEqual([])
  })

  it('is usable whatever lies in it', async () => {
    await mkdir(runFolder('empty'), { recursive: true })
    await mkdir(runFolder('damaged'), { recursive: true })
    await writeFile(join(runFolder('damaged'), 'run.json'), '{"status":')
    await writeFile(join(runFolder('damaged'), 'lab.json'), '[]')
    await writeFile(join(workspace, 'runs', 'file'), 'x')
    const client = (await start(fakeRuns())).client()
    expect(await client.call['runs.list']({})).toEqual([])
  })

  it('closed stops every run, so that it writes its checkpoint, and ends its process', async () => {
    const { runs, status } = await trainingRun()
    await services.pop()?.close()
    expect(runs.processes[0]?.calls.command).toEqual([{ command: 'stop' }])
    expect(runs.processes[0]?.ended).not.toBeNull()
    const record = JSON.parse(await readFile(join(runFolder(status.run), 'run.json'), 'utf8')) as { status: RunStatus }
    expect(record.status.state).toBe('stopped')
  })
})

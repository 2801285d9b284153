import { createHash } from 'node:crypto'
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { evaluationsOf } from '@core/contract/evaluations'
import type { RunStatus } from '@core/contract/runs'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { joinData } from '@core/tasks/pretrained/data'
import type { Tokeniser } from '@core/tokenisers'
import { encodeUtf8 } from '@core/utf8'
import { processStart } from './process-start'
import { createService, type Service } from './service'
import { clientOf, follow, history, overviews, statuses, type LabClient } from './testing/clients'
import { fakeWorkers, lossesFrom, type FakeWorkers } from './testing/fake-workers'

const labs = resolve(import.meta.dirname, '../../../resources/labs')

let home: string
let services: Service[]
const log = vi.fn()

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'attention-lab-test-'))
  services = []
  log.mockReset()
})
afterEach(async () => {
  await Promise.all(services.map((service) => service.close()))
  await rm(home, { recursive: true, force: true })
})

async function start(workers: FakeWorkers): Promise<{ service: Service; client: () => LabClient }> {
  const service = await createService({ home, labs, spawn: workers.spawn, log })
  services.push(service)
  return { service, client: () => clientOf(service) }
}

async function trainingRun(
  workers = fakeWorkers(),
): Promise<{ workers: FakeWorkers; client: LabClient; lab: LabDocument; status: RunStatus }> {
  const client = (await start(workers)).client()
  const lab = await client.call['labs.read']({ id: 'reverse' })
  return { workers, client, lab, status: await client.call['runs.start']({ lab, engine: 'auto', data: null }) }
}

const runFolder = (run: string): string => join(home, 'runs', run)
const settle = (client: LabClient, state: string) =>
  vi.waitFor(async () => expect((await statuses(client))[0]?.state).toBe(state))

it('a resumed run loses no step that its worker reports before it answers', async () => {
  const workers: FakeWorkers = fakeWorkers({
    train: ({ run, lab, restore }) => {
      const status = { run, steps: lab.training.steps, learningRate: 1, engine: 'tfjs', parameters: 1, problem: null } as const
      const [step, process] = [restore ? 2 : 0, workers.processes.at(-1)!]
      process.emit('status', { ...status, state: 'running', step, checkpoint: step })
      if (restore) process.emit('telemetry', lossesFrom(3, 0.3))
      return { ...status, state: 'running', step: step + 1, checkpoint: step }
    },
  })
  const { client, status } = await trainingRun(workers)
  const { run } = status
  const followed = follow(client, run)
  workers.processes[0]!.emit('telemetry', lossesFrom(1, 0.1, 0.2, 0.9, 0.9))
  workers.processes[0]!.emit('status', { ...status, checkpoint: 2 })
  await vi.waitFor(() => expect(followed.steps('loss')).toEqual([1, 2, 3, 4]))
  workers.processes[0]!.die('SIGKILL')
  await followed.until('interrupted')
  await client.call['runs.resume']({ run })
  await vi.waitFor(() => expect(followed.values('loss')).toEqual([0.1, 0.2, 0.3].map(Math.fround)))
  expect((await history(client, run)).values('loss')).toEqual(followed.values('loss'))
})

describe('built-in labs', () => {
  it('are listed and read by id', async () => {
    const client = (await start(fakeWorkers())).client()
    const listed = await client.call['labs.list']({})
    expect(listed.map(({ id }) => id)).toEqual(expect.arrayContaining(['characters', 'pos-tagging', 'reverse']))
    expect(listed.find(({ id }) => id === 'reverse')).toMatchObject({
      task: 'reverse',
      title: { en: expect.any(String) as string },
    })
    for (const { id } of listed) expect((await client.call['labs.read']({ id })).format).toBe('attention-lab')
  })

  it.each(['none', '../../package', '__proto__', ''])('have no %j', async (id) => {
    const client = (await start(fakeWorkers())).client()
    await expect(client.call['labs.read']({ id })).rejects.toMatchObject({ code: 'lab.unknown' })
  })
})

describe("the learner's texts", () => {
  const bytes = new TextEncoder().encode('to be or not to be, that is the question 问题'.repeat(3))

  it('are stored under their hash, survive a restart, and describe a task', async () => {
    const first = (await start(fakeWorkers())).client()
    const added = await first.call['data.add']({ name: 'hamlet.txt', bytes })
    expect(added).toEqual({
      id: createHash('sha256').update(bytes).digest('hex').slice(0, 16),
      name: 'hamlet.txt',
      characters: 129,
      tokeniser: null,
      notices: [],
    })
    const second = (await start(fakeWorkers())).client()
    expect(await second.call['data.list']({})).toEqual([added])
    const spec = await second.call['task.describe']({ task: { kind: 'characters', params: { length: 8 } }, data: added.id })
    expect(spec.tokeniser.vocabulary.join('')).toContain('问')
  })

  it('take over the tokeniser of a pretrained model, so that its vocabulary stays', async () => {
    const client = (await start(fakeWorkers())).client()
    const tokeniser: Tokeniser = { kind: 'characters', vocabulary: ['�', 'a', 'b', 'c'], unknown: 0, signs: 0 }
    const imported = await client.call['data.add']({ name: 'model', bytes: encodeUtf8(joinData(tokeniser, 'abc'.repeat(9))) })
    expect(imported).toMatchObject({ characters: 27, tokeniser: expect.stringMatching(/^[0-9a-f]{16}$/) as string })
    const own = await client.call['data.add']({ name: 'own', bytes: encodeUtf8('cab'.repeat(20)), tokeniserOf: imported.id })
    expect(own).toMatchObject({ characters: 60, tokeniser: imported.tokeniser })
    expect(await client.call['data.read']({ data: own.id })).toBe(joinData(tokeniser, 'cab'.repeat(20)))
    const spec = await client.call['task.describe']({ task: { kind: 'pretrained', params: { length: 8 } }, data: own.id })
    expect(spec.tokeniser.vocabulary).toEqual(['�', 'a', 'b', 'c'])
    const unknown = client.call['data.add']({ name: 'own', bytes: encodeUtf8('cab'), tokeniserOf: '0123456789abcdef' })
    await expect(unknown).rejects.toMatchObject({ code: 'data.unknown' })
  })

  it.skipIf(process.platform === 'win32')('can be read by their owner only', async () => {
    const client = (await start(fakeWorkers())).client()
    const { id } = await client.call['data.add']({ name: 'hamlet.txt', bytes })
    await client.call['memory.remember']({ key: 'theme', value: 'mine' })
    for (const name of [`data/${id}.txt`, `data/${id}.json`, 'memory.json']) {
      expect((await stat(join(home, name))).mode & 0o777, name).toBe(0o600)
    }
  })

  it('can be deleted, and leave nothing', async () => {
    const client = (await start(fakeWorkers())).client()
    const { id } = await client.call['data.add']({ name: 'hamlet.txt', bytes })
    const describeTask = () => client.call['task.describe']({ task: { kind: 'characters', params: { length: 8 } }, data: id })
    await describeTask()
    await client.call['data.remove']({ data: id })
    expect(await client.call['data.list']({})).toEqual([])
    expect(await readdir(join(home, 'data'))).toEqual([])
    await expect(describeTask()).rejects.toMatchObject({ code: 'data.unknown' })
    await expect(client.call['data.remove']({ data: id })).rejects.toMatchObject({ code: 'data.unknown' })
  })

  it('that are not text are rejected, and nothing is stored', async () => {
    const client = (await start(fakeWorkers())).client()
    const add = (content: Uint8Array<ArrayBuffer>) => client.call['data.add']({ name: 'x', bytes: content })
    await expect(add(new Uint8Array([65, 0, 66]))).rejects.toMatchObject({ code: 'text.binary' })
    await expect(add(new Uint8Array([0xff]))).rejects.toMatchObject({ code: 'text.not-utf8' })
    expect(await client.call['data.list']({})).toEqual([])
  })

  it('in other encodings are read with a notice, which every description of the task has; each line end is one character', async () => {
    const client = (await start(fakeWorkers())).client()
    const text = 'one line\r\nand another\r'.repeat(50)
    const utf16 = Uint8Array.from(
      Array.from(`\ufeff${text}`, (unit) => unit.charCodeAt(0)).flatMap((unit) => [unit & 255, unit >> 8]),
    )
    const notices = [{ code: 'text.encoding', params: { encoding: 'UTF-16LE' } }]
    const added = await client.call['data.add']({ name: 'old.txt', bytes: utf16 })
    expect(added).toMatchObject({ notices })
    const spec = await client.call['task.describe']({ task: { kind: 'characters', params: { length: 8 } }, data: added.id })
    expect(spec.notices).toEqual(notices)
    expect(spec.tokeniser.vocabulary).toContain('\n')
    expect(spec.tokeniser.vocabulary).not.toContain('\r')
  })

  it('that are large are analysed in another process, once for all callers', async () => {
    const workers = fakeWorkers()
    const client = (await start(workers)).client()
    const large = await client.call['data.add']({
      name: 'x',
      bytes: new TextEncoder().encode('all work and no play '.repeat(100_000)),
    })
    const task = { kind: 'words', params: { length: 8 } }
    const ask = () => client.call['task.describe']({ task, data: large.id })
    const [first, second] = await Promise.all([ask(), ask()])
    expect(first).toEqual(second)
    expect(first.tokeniser.vocabulary).toEqual(expect.arrayContaining([' work', ' play']))
    expect(workers.processes.map(({ calls, ended }) => [calls.describe.length, ended !== null])).toEqual([[1, true]])
    const shorter = client.call['task.describe']({ task: { kind: 'words', params: { length: -1 } }, data: large.id })
    await expect(shorter).rejects.toMatchObject({ code: 'task.parameter-too-small' })
  })

  it('that are ordinary tables are analysed in another process too, one at a time', async () => {
    const workers = fakeWorkers()
    const client = (await start(workers)).client()
    const rows = Array.from({ length: 3000 }, (_, i) => `a text about ${i}\tl${i % 1000};l${i % 7}`)
    const bytes = new TextEncoder().encode(['text\tlabels', ...rows].join('\n'))
    const { id: data } = await client.call['data.add']({ name: 'topics.tsv', bytes })
    const ask = (units: string) => client.call['task.describe']({ task: { kind: 'own-labels', params: { units } }, data })
    let alive = 0
    const watching = setInterval(() => {
      alive = Math.max(alive, workers.processes.filter(({ ended }) => ended === null).length)
    })
    const specs = await Promise.all(['words', 'characters'].map(ask))
    clearInterval(watching)
    expect(specs.map(({ classes }) => classes.length)).toEqual([1000, 1000])
    expect(workers.processes.map(({ calls }) => calls.describe.length)).toEqual([1, 1])
    expect(alive).toBeLessThan(2)
  })

  it('that are tables are previewed as a task reads them', async () => {
    const client = (await start(fakeWorkers())).client()
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

  it('that are deleted, and impossible tasks, are reported', async () => {
    const client = (await start(fakeWorkers())).client()
    const describeTask = (kind: string, data: string | null) =>
      client.call['task.describe']({ task: { kind, params: {} }, data })
    await expect(describeTask('characters', '0123456789abcdef')).rejects.toMatchObject({ code: 'data.unknown' })
    await expect(describeTask('nonsense', null)).rejects.toMatchObject({ code: 'task.unknown' })
    await expect(describeTask('characters', '../../etc/passwd')).rejects.toMatchObject({ code: 'bad-argument' })
  })
})

describe('a run', () => {
  it('starts in a separate process, with its own folder', async () => {
    const { workers, client, status, lab } = await trainingRun()
    expect(status.state).toBe('running')
    expect(workers.processes).toHaveLength(1)
    expect(workers.processes[0]?.calls.train[0]).toMatchObject({ run: status.run, engine: 'auto', restore: false })
    expect(workers.processes[0]?.calls.train[0]?.directory).toBe(join(home, 'runs', status.run))
    const kept = JSON.parse(await readFile(join(home, 'runs', status.run, 'lab.json'), 'utf8')) as { lab: unknown }
    expect(kept.lab).toEqual(lab)
    expect(await client.call['runs.read']({ run: status.run })).toEqual({ lab, data: null })
    expect(await statuses(client)).toEqual([status])
  })

  it("passes its worker's reports to followers, and sends the complete state to later ones", async () => {
    const workers = fakeWorkers()
    const { client } = await start(workers)
    const [first, second, other] = [client(), client(), client()]
    const lab = await first.call['labs.read']({ id: 'reverse' })
    const { run } = await first.call['runs.start']({ lab, engine: 'auto', data: null })
    const followed = [follow(first, run), follow(second, run)]
    for (const each of followed) await each.until('running')
    workers.processes[0]!.emit('telemetry', lossesFrom(1, 3, 2.5))
    const at = (value: number) => ({ steps: Int32Array.of(3), values: Float32Array.of(value) })
    const { series } = lossesFrom(3, 2)
    const evaluation = { 'validation/loss': at(2.25), 'validation/accuracy': at(0.5) }
    workers.processes[0]!.emit('telemetry', { series: { ...series, ...evaluation }, stepsPerSecond: 7 })
    for (const each of followed) await vi.waitFor(() => expect(each.values('loss')).toEqual([3, 2.5, 2]))
    expect(followed[0]!.parts.at(-1)).toMatchObject({ stepsPerSecond: 7 })

    const later = await history(other, run)
    expect(later.parts[0]).toMatchObject({ status: { run, state: 'running' } })
    expect(later.series.names).toEqual(['loss', 'validation/loss', 'validation/accuracy'])
    expect([later.steps('loss'), later.values('loss')]).toEqual([
      [1, 2, 3],
      [3, 2.5, 2],
    ])
    expect([later.steps('validation/accuracy'), later.values('validation/accuracy')]).toEqual([[3], [0.5]])
    const [listed] = await overviews(other)
    expect(listed).toMatchObject({ loss: 2, evaluation: { step: 3, loss: 2.25, metrics: { accuracy: 0.5 } } })
  })

  it('sends nothing once it is no longer followed', async () => {
    const { workers, client, status } = await trainingRun()
    const followed = follow(client, status.run)
    await followed.until('running')
    followed.stop()
    await statuses(client)
    workers.processes[0]!.emit('telemetry', lossesFrom(1, 3))
    await vi.waitFor(async () => expect((await overviews(client))[0]!.loss).toBe(3))
    expect(followed.parts).toHaveLength(1)
  })

  it('reports that a slower engine is used, and why, also after a restart', async () => {
    const notice = { code: 'engine.fallback', params: { engine: 'onnxruntime', used: 'tfjs', detail: 'no library' } } as const
    const { workers, client, status } = await trainingRun()
    const [process] = workers.processes
    process!.status = { ...status, notice }
    process!.emit('status', process!.status)
    await vi.waitFor(async () => expect(await statuses(client)).toEqual([{ ...status, notice }]))
    await client.call['runs.command']({ run: status.run, command: 'stop' })
    await services.pop()?.close()
    const later = (await start(fakeWorkers())).client()
    expect(await statuses(later)).toMatchObject([{ run: status.run, notice }])
  })

  it('starts with the weights of another, and stores which were used', async () => {
    const transplant = {
      matched: ['embedding/table'],
      misfits: [{ name: 'classifier/weight', reason: 'shape' as const, own: [8, 5], given: [8, 9] }],
      missing: ['norm/gain'],
      unused: [],
    }
    const { workers, client, lab, status } = await trainingRun()
    const begin = (from: string) => client.call['runs.start']({ lab, engine: 'auto', data: null, from })
    await expect(begin(status.run)).rejects.toMatchObject({ code: 'weights.no-checkpoint', params: { run: status.run } })
    await expect(begin('none')).rejects.toMatchObject({ code: 'run.unknown' })
    await expect(begin('../elsewhere')).rejects.toMatchObject({ code: 'bad-argument' })
    await client.call['runs.command']({ run: status.run, command: 'checkpoint' })

    const { run } = await begin(status.run)
    const [first, second] = workers.processes
    expect(first!.calls.train[0]!.from).toBeNull()
    expect(second!.calls.train[0]).toMatchObject({ run, from: join(home, 'runs', status.run), restore: false })
    second!.status = { ...second!.status, transplant, checkpoint: 1 }
    second!.emit('status', second!.status)
    await client.call['runs.command']({ run, command: 'stop' })
    await services.pop()?.close()

    const later = (await start(fakeWorkers())).client()
    expect((await statuses(later)).find((each) => each.run === run)).toMatchObject({ transplant })
    expect(await later.call['runs.resume']({ run })).toMatchObject({ transplant })
  })

  it('keeps its baseline across restarts of the host and its worker', async () => {
    const baseline = { accuracy: 0.25, exactMatch: 0 }
    const { workers, client, status } = await trainingRun()
    workers.processes[0]!.tell({ baseline, checkpoint: 1 })
    await client.call['runs.command']({ run: status.run, command: 'stop' })
    await services.pop()?.close()

    const later = (await start(fakeWorkers())).client()
    expect(await statuses(later)).toMatchObject([{ baseline }])
    expect(await later.call['runs.resume']({ run: status.run })).toMatchObject({ state: 'running', baseline })
  })

  it('without a process rejects commands', async () => {
    const { workers, client, status } = await trainingRun()
    workers.processes[0]?.die('SIGKILL')
    await settle(client, 'interrupted')
    const { run } = status
    await expect(client.call['runs.command']({ run, command: 'pause' })).rejects.toMatchObject({ code: 'run.ended' })
    await expect(client.call['runs.tune']({ run, learningRate: 1 })).rejects.toMatchObject({ code: 'run.ended' })
    await expect(client.call['runs.follow']({ run: 'none' })).rejects.toMatchObject({ code: 'run.unknown' })
  })

  it('passes on commands and changes, and returns the resulting status', async () => {
    const { workers, client, status } = await trainingRun()
    const { run } = status
    expect(await client.call['runs.tune']({ run, learningRate: 0.5 })).toMatchObject({ learningRate: 0.5 })
    expect(await client.call['runs.command']({ run, command: 'stop' })).toMatchObject({ state: 'stopped' })
    expect(workers.processes[0]?.calls.tune).toEqual([{ learningRate: 0.5 }])
  })

  it('whose worker does not stop in time is killed and interrupted', async () => {
    const workers = fakeWorkers({ command: () => new Promise<never>(() => undefined) })
    const service = await createService({ home, labs, spawn: workers.spawn, stopLimit: 50, log })
    services.push(service)
    const client = clientOf(service)
    const lab = await client.call['labs.read']({ id: 'reverse' })
    const { run } = await client.call['runs.start']({ lab, engine: 'auto', data: null })
    workers.processes[0]!.tell({ step: 70, checkpoint: 60 })
    expect(await client.call['runs.command']({ run, command: 'stop' })).toMatchObject({ state: 'interrupted', checkpoint: 60 })
    expect(workers.processes[0]!.ended).not.toBeNull()
    await client.call['runs.remove']({ run })
    expect(await statuses(client)).toEqual([])
  })

  it('whose worker does not answer other commands in time reports it, and can then be stopped', async () => {
    const hangs = () => new Promise<never>(() => undefined)
    const workers = fakeWorkers({ command: hangs, tune: hangs })
    const service = await createService({ home, labs, spawn: workers.spawn, stopLimit: 50, log })
    services.push(service)
    const client = clientOf(service)
    const lab = await client.call['labs.read']({ id: 'reverse' })
    const { run } = await client.call['runs.start']({ lab, engine: 'auto', data: null })
    for (const command of ['pause', 'checkpoint', 'step'] as const) {
      await expect(client.call['runs.command']({ run, command })).rejects.toMatchObject({ code: 'run.unresponsive' })
    }
    await expect(client.call['runs.tune']({ run, learningRate: 1 })).rejects.toMatchObject({ code: 'run.unresponsive' })
    expect(await statuses(client)).toMatchObject([{ state: 'running' }])
    expect(await client.call['runs.command']({ run, command: 'stop' })).toMatchObject({ state: 'interrupted' })
  })

  it('that its process rejects leaves nothing', async () => {
    const workers = fakeWorkers({
      train: () => {
        throw new LabError('run.too-large', { needed: 9, available: 3 })
      },
    })
    const client = (await start(workers)).client()
    const lab = await client.call['labs.read']({ id: 'reverse' })
    await expect(client.call['runs.start']({ lab, engine: 'auto', data: null })).rejects.toMatchObject({
      code: 'run.too-large',
    })
    expect(workers.processes[0]?.ended).not.toBeNull()
    expect(await statuses(client)).toEqual([])
    expect(await readdir(join(home, 'runs'))).toEqual([])
  })

  it('whose process dies while starting is reported', async () => {
    const workers = fakeWorkers({
      train: () => {
        workers.processes[0]?.die('SIGSEGV')
        return new Promise(() => undefined)
      },
    })
    const client = (await start(workers)).client()
    const lab = await client.call['labs.read']({ id: 'reverse' })
    await expect(client.call['runs.start']({ lab, engine: 'auto', data: null })).rejects.toMatchObject({
      code: 'run.interrupted-at-start',
      params: { how: 'SIGSEGV' },
    })
  })

  it('that cannot be trained starts no process', async () => {
    const workers = fakeWorkers()
    const client = (await start(workers)).client()
    const lab = await client.call['labs.read']({ id: 'reverse' })
    const broken = { ...lab, graph: { ...lab.graph, edges: lab.graph.edges.slice(1) } }
    await expect(client.call['runs.start']({ lab: broken, engine: 'auto', data: null })).rejects.toBeInstanceOf(LabError)
    expect(workers.processes).toEqual([])
  })
})

describe('a budget', () => {
  it('is estimated from a trial, which is cached', async () => {
    const workers = fakeWorkers()
    const client = (await start(workers)).client()
    const lab = await client.call['labs.read']({ id: 'reverse' })
    const budget = await client.call['lab.budget']({ lab, engine: 'auto', data: null })
    expect(budget).toMatchObject({ engine: 'tfjs', parameters: 10, peakBytes: 1e8, stepsPerSecond: 500 })
    const half = { ...lab, training: { ...lab.training, steps: lab.training.steps / 2 } }
    const { secondsToFinish } = await client.call['lab.budget']({ lab: half, engine: 'auto', data: null })
    expect(secondsToFinish).toBeLessThan(budget.secondsToFinish)
    expect(workers.processes).toHaveLength(1)
  })

  it.each(['begins', 'goes on after its process was gone'])('gives way to a run that %s', async (how) => {
    const workers = fakeWorkers({ measure: () => new Promise(() => undefined) })
    const client = (await start(workers)).client()
    const lab = await client.call['labs.read']({ id: 'reverse' })
    const earlier = how === 'begins' ? null : await client.call['runs.start']({ lab, engine: 'auto', data: null })
    if (earlier) {
      await client.call['runs.command']({ run: earlier.run, command: 'checkpoint' })
      workers.processes[0]?.die('SIGKILL')
      await settle(client, 'interrupted')
    }
    const refused = expect(client.call['lab.budget']({ lab, engine: 'auto', data: null })).rejects.toMatchObject({
      code: 'budget.busy',
    })
    const trial = earlier ? 1 : 0
    await vi.waitFor(() => expect(workers.processes).toHaveLength(trial + 1))
    if (earlier) await client.call['runs.resume']({ run: earlier.run })
    else await client.call['runs.start']({ lab, engine: 'auto', data: null })
    await refused
    expect(workers.processes.map(({ ended }) => ended !== null).slice(trial)).toEqual([true, false])
  })
})

describe('an interrupted run', () => {
  async function interruptedRun() {
    const { workers, client, status } = await trainingRun()
    workers.processes[0]!.emit('status', { ...status, step: 100, checkpoint: 100 })
    await vi.waitFor(async () => expect((await statuses(client))[0]?.checkpoint).toBe(100))
    workers.processes[0]!.die('SIGKILL')
    await settle(client, 'interrupted')
    return { workers, client, run: status.run }
  }

  it('resumes from its checkpoint, and its series are cut there', async () => {
    const { workers, client, status } = await trainingRun()
    const { run } = status
    const followed = follow(client, run)
    workers.processes[0]!.emit('telemetry', lossesFrom(1, ...Array.from({ length: 120 }, (_, step) => step)))
    const at = { steps: Int32Array.of(50, 110), values: Float32Array.of(5, 11) }
    workers.processes[0]!.emit('telemetry', { series: { 'validation/loss': at }, stepsPerSecond: 1 })
    workers.processes[0]!.emit('status', { ...status, step: 120, checkpoint: 100 })
    await vi.waitFor(() => expect(followed.status?.checkpoint).toBe(100))
    expect(followed.steps('validation/loss')).toEqual([50, 110])
    workers.processes[0]!.die('SIGKILL')
    const { problem } = await followed.until('interrupted')
    expect(problem).toMatchObject({ code: 'run.interrupted', params: { how: 'SIGKILL', step: 100 } })

    const resumed = await client.call['runs.resume']({ run })
    expect(resumed).toMatchObject({ state: 'running', step: 100, problem: null })
    expect(workers.processes[1]?.calls.train[0]).toMatchObject({ run, restore: true, continuedFrom: null })
    await vi.waitFor(() => expect(followed.steps('loss').at(-1)).toBe(100))
    expect(followed.steps('validation/loss')).toEqual([50])
    workers.processes[1]!.emit('telemetry', lossesFrom(101, 7))
    await vi.waitFor(() => expect(followed.values('loss').at(-1)).toBe(7))
    const later = await history(client, run)
    expect(later.steps('loss')).toEqual(Array.from({ length: 101 }, (_, index) => index + 1))
    expect(later.steps('validation/loss')).toEqual([50])
  })

  it('cannot be resumed without a checkpoint; a run in progress cannot be resumed either', async () => {
    const { workers, client, status } = await trainingRun()
    const { run } = status
    await expect(client.call['runs.resume']({ run })).rejects.toMatchObject({ code: 'run.under-way' })
    workers.processes[0]?.die('SIGKILL')
    await settle(client, 'interrupted')
    await expect(client.call['runs.resume']({ run })).rejects.toMatchObject({ code: 'run.no-checkpoint' })
  })

  it('is resumed only once, and not deleted meanwhile, with concurrent callers', async () => {
    const { workers, client, run } = await interruptedRun()
    const asked = [
      client.call['runs.resume']({ run }),
      client.call['runs.resume']({ run }),
      client.call['runs.remove']({ run }),
    ]
    const [first, second, removal] = await Promise.allSettled(asked as Promise<unknown>[])
    expect(first).toMatchObject({ status: 'fulfilled' })
    expect(second).toMatchObject({ reason: { code: 'run.under-way' } })
    expect(removal).toMatchObject({ reason: { code: 'run.still-under-way' } })
    expect(workers.processes).toHaveLength(2)
  })

  it('that is being resumed while the host closes leaves no process', async () => {
    const { workers, client, run } = await interruptedRun()
    client.call['runs.resume']({ run }).catch(() => undefined)
    await new Promise(setImmediate)
    await services.pop()?.close()
    expect(workers.processes.filter(({ ended }) => ended === null)).toEqual([])
  })

  it('stays interrupted when resuming fails, with the reason', async () => {
    let refuse = false
    const workers: FakeWorkers = fakeWorkers({
      train: ({ run }) => {
        const fake = workers.processes.at(-1)
        if (refuse || !fake) throw new LabError('data.unknown', { id: 'x' })
        return { ...fake.status, run, state: 'running', checkpoint: 5 }
      },
    })
    const { client, status } = await trainingRun(workers)
    workers.processes[0]?.die('SIGKILL')
    await settle(client, 'interrupted')
    refuse = true
    await expect(client.call['runs.resume']({ run: status.run })).rejects.toMatchObject({ code: 'data.unknown' })
    const [after] = await statuses(client)
    expect(after).toMatchObject({ state: 'interrupted', problem: { code: 'data.unknown' } })
  })
})

describe('a home', () => {
  async function leaveBehind(owner: number, state: string, ownerBegan?: string | null): Promise<string> {
    const { client, status, lab } = await trainingRun()
    await client.call['runs.command']({ run: status.run, command: 'stop' })
    await services.pop()?.close()
    const folder = runFolder(status.run)
    const left = { ...status, state, step: 60, checkpoint: 50 }
    await writeFile(join(folder, 'run.json'), JSON.stringify({ status: left, summary: null, owner, ownerBegan }))
    await writeFile(join(folder, 'lab.json'), JSON.stringify({ lab, engine: 'auto', data: null }))
    const lines = Array.from({ length: 60 }, (_, index) => JSON.stringify({ step: index + 1, loss: index, accuracy: 0 }))
    await writeFile(join(folder, 'metrics.jsonl'), [...lines, '{"step":61,"lo'].join('\n'))
    return status.run
  }
  const dead = 2 ** 22 + 12345 // beyond Linux's largest process id

  it('with a run in progress shows it interrupted, with its history, and can resume it', async () => {
    const run = await leaveBehind(dead, 'running')
    const client = (await start(fakeWorkers())).client()
    const [status] = await statuses(client)
    expect(status).toMatchObject({ run, state: 'interrupted', problem: { code: 'run.host-ended', params: { step: 50 } } })
    expect((await history(client, run)).values('loss')).toEqual(Array.from({ length: 60 }, (_, index) => index))
    expect(await client.call['runs.resume']({ run })).toMatchObject({ state: 'running' })
  })

  it('shows the metrics of a run of an earlier version under their current names', async () => {
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

    const client = (await start(fakeWorkers())).client()
    const told = await history(client, run)
    expect(told.summary?.evaluation).toEqual({ loss: 1, accuracy: 0.5, f1Micro: 0.75 })
    expect(evaluationsOf(told.series)).toEqual([{ step: 50, loss: 1, metrics: { accuracy: 0.5, f1Micro: 0.75 } }])
    expect((await client.call['runs.read']({ run })).lab.goal?.metric).toBe('f1Micro')
  })

  it('does not touch the runs of another running host', async () => {
    await leaveBehind(process.ppid, 'running', await processStart(process.ppid))
    const client = (await start(fakeWorkers())).client()
    expect(await statuses(client)).toEqual([])
  })

  it.each([
    ['began at another time', 'beganearlier'],
    ['is not known to be the host, as an earlier version wrote no time', undefined],
  ])('shows a run whose host’s id belongs to a process that %s', async (_, ownerBegan) => {
    const run = await leaveBehind(process.ppid, 'running', ownerBegan)
    const client = (await start(fakeWorkers())).client()
    expect(await statuses(client)).toMatchObject([{ run, state: 'interrupted' }])
  })

  it('records which process owns each run', async () => {
    const { status } = await trainingRun()
    await vi.waitFor(async () => {
      const record: unknown = JSON.parse(await readFile(join(runFolder(status.run), 'run.json'), 'utf8'))
      expect(record).toMatchObject({ owner: process.pid, ownerBegan: await processStart(process.pid) })
    })
  })

  it('is usable whatever files it contains', async () => {
    await mkdir(runFolder('empty'), { recursive: true })
    await mkdir(runFolder('damaged'), { recursive: true })
    await writeFile(join(runFolder('damaged'), 'run.json'), '{"status":')
    await writeFile(join(runFolder('damaged'), 'lab.json'), '[]')
    await writeFile(join(home, 'runs', 'file'), 'x')
    const client = (await start(fakeWorkers())).client()
    expect(await statuses(client)).toEqual([])
  })

  it('stops every run when closed, so that it writes its checkpoint, and ends its process', async () => {
    const { workers, status } = await trainingRun()
    await services.pop()?.close()
    expect(workers.processes[0]?.calls.command).toMatchObject([{ command: 'stop' }])
    expect(workers.processes[0]?.ended).not.toBeNull()
    const record = JSON.parse(await readFile(join(runFolder(status.run), 'run.json'), 'utf8')) as { status: RunStatus }
    expect(record.status.state).toBe('stopped')
  })
})

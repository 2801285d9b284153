/** The service with real, built workers; needs `npm run build`. */
import { createHash } from 'node:crypto'
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { newAbort } from '@core/contract/cancel'
import type { EngineChoice } from '@core/contract/engine'
import type { Look, LookRequest } from '@core/contract/look'
import type { LabDocument } from '@core/lab/document'
import { standardLab } from '@core/models/standard-models'
import { installedEngines } from '../engine/choose'
import { follow, history, overviews, reproducible, statuses, type LabClient } from './testing/clients'
import { childrenOf, isAlive, realHost, type RealHost } from '../testing/processes'

let home: string
let host: RealHost
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'attention-lab-test-'))
  host = await realHost(home)
})
afterEach(async () => {
  await host.end()
  await rm(home, { recursive: true, force: true, maxRetries: 5 })
})

async function reopen(): Promise<void> {
  await host.end()
  host = await realHost(home)
}
async function start(steps: number, engine: EngineChoice = 'auto'): Promise<string> {
  const lab = await host.call['labs.read']({ id: 'reverse' })
  const short = { ...lab, training: { ...lab.training, steps } }
  return (await host.call['runs.start']({ lab: short, engine, data: null })).run
}
const told = (run: string, steps: number) =>
  vi.waitFor(async () => expect((await history(host, run)).steps('loss').length).toBeGreaterThan(steps), 20_000)

async function look(run: string, request: Partial<LookRequest> = {}, client: LabClient = host): Promise<Look> {
  const looks: Look[] = []
  const inputs = [{ sample: 0 }]
  await client.call['models.look'](
    { model: { run }, look: { inputs, ...request } },
    { onPart: (part) => void looks.push(part) },
  )
  expect(looks).toHaveLength(1)
  return looks[0]!
}

it('a run that is killed is interrupted, and ends with the same bytes after it is resumed', { timeout: 120_000 }, async () => {
  const undisturbed = await start(120)
  await host.until(undisturbed, 'finished')

  const run = await start(120)
  await host.call['runs.command']({ run, command: 'pause' })
  const { checkpoint } = await host.call['runs.command']({ run, command: 'checkpoint' })
  await host.call['runs.command']({ run, command: 'resume' })
  host.processes.at(-1)!.kill()
  const { problem } = await host.until(run, 'interrupted')
  expect(problem).toMatchObject({ code: 'run.interrupted', params: { how: 'SIGKILL', step: checkpoint! } })
  expect((await host.statusOf(undisturbed)).state).toBe('finished')

  await host.call['runs.resume']({ run })
  await host.until(run, 'finished')
  const [whole, repaired] = await Promise.all([undisturbed, run].map((id) => history(host, id)))
  expect(repaired!.summary!.stateHash).toBe(whole!.summary!.stateHash)
  expect(reproducible(repaired!)).toEqual(reproducible(whole!))
  // The time goes on where the first process left it.
  const seconds = repaired!.values('seconds')
  expect(seconds).toEqual(seconds.toSorted((a, b) => a - b))
  expect(repaired!.steps('seconds').at(-1)).toBe(120)
  expect(whole!.series.names).toEqual(
    expect.arrayContaining(['loss', 'accuracy', 'gradientNorm', 'learningRate', 'validation/loss', 'validation/accuracy']),
  )
})

it.skipIf(process.platform === 'win32')('a run whose process hangs can be ended and deleted', { timeout: 60_000 }, async () => {
  await host.end()
  host = await realHost(home, { stopLimit: 1000 })
  const run = await start(1_000_000)
  await told(run, 5)
  const worker = childrenOf(process.pid).find(({ command }) => command.includes('worker.js'))!
  process.kill(worker.id, 'SIGSTOP')
  await expect(host.call['runs.command']({ run, command: 'pause' })).rejects.toMatchObject({ code: 'run.unresponsive' })
  await expect(host.call['runs.remove']({ run })).rejects.toMatchObject({ code: 'run.still-under-way' })
  expect(await host.call['runs.command']({ run, command: 'stop' })).toMatchObject({ state: 'interrupted' })
  expect(isAlive(worker.id)).toBe(false)
  await host.call['runs.remove']({ run })
  expect(await statuses(host)).toEqual([])
})

it('a closed service leaves runs that a later one resumes', { timeout: 120_000 }, async () => {
  const run = await start(5000)
  await told(run, 5)
  const [{ ended }] = host.processes as [RealHost['processes'][number]]
  await reopen()
  expect(await ended).toBe('code 0')
  const before = await history(host, run)
  expect(before.status!.state).toBe('stopped')
  expect(before.steps('loss')).toHaveLength(before.status!.checkpoint!)
  const resumed = await host.call['runs.resume']({ run })
  expect(resumed.step).toBeGreaterThanOrEqual(before.status!.checkpoint!)
  await told(run, before.steps('loss').length)
})

it('a run continues for more steps than requested originally', { timeout: 60_000 }, async () => {
  const run = await start(40)
  await host.until(run, 'finished')
  expect(await host.call['runs.resume']({ run, more: 25 })).toMatchObject({ run, steps: 65, step: 40 })
  expect(await host.until(run, 'finished')).toMatchObject({ step: 65, checkpoint: 65 })
  const { summary, steps } = await history(host, run)
  expect([summary!.steps, steps('loss')]).toEqual([65, Array.from({ length: 65 }, (_, index) => index + 1)])
  expect((await host.call['runs.read']({ run })).lab.training.steps).toBe(65)
})

it('a run goes on from a step of another, with the same bytes if nothing is changed', { timeout: 60_000 }, async () => {
  const run = await start(60)
  await host.until(run, 'finished')
  const { lab } = await host.call['runs.read']({ run })
  const { steps, bytes, most } = await host.call['runs.moments']({ run })
  expect([steps[0], steps.at(-1), most]).toEqual([0, 60, 200 * 2 ** 20])
  expect(bytes).toBeGreaterThan(0)

  const fork = { run, step: 25 }
  const forked = await host.call['runs.start']({ lab, engine: 'auto', data: null, fork })
  expect(forked).toMatchObject({ step: 25, forkedFrom: fork })
  await host.until(forked.run, 'finished')
  const [whole, branch] = await Promise.all([run, forked.run].map((id) => history(host, id)))
  expect(branch!.steps('loss')).toEqual(Array.from({ length: 35 }, (_, index) => 26 + index))
  expect(branch!.values('loss')).toEqual(whole!.values('loss').slice(25))
  expect(branch!.summary!.stateHash).toBe(whole!.summary!.stateHash)
  expect((await host.statusOf(forked.run)).forkedFrom).toEqual(fork)

  const beyond = host.call['runs.start']({ lab, engine: 'auto', data: null, fork: { run, step: 61 } })
  await expect(beyond).rejects.toMatchObject({ code: 'model.no-such-step' })
  const ended = host.call['runs.start']({ lab, engine: 'auto', data: null, fork: { run, step: 60 } })
  await expect(ended).rejects.toMatchObject({ code: 'fork.no-steps' })
  expect((await statuses(host)).map(({ run: id }) => id).sort()).toEqual([run, forked.run].sort())
})

// A worker writes moments before the host hears of their steps: a course of heads asked for such a step, and ended.
it('of a run in training, only steps that it is known to have taken are offered, and all of them can be seen', async () => {
  const run = await start(1_000_000)
  await told(run, 20)
  await host.call['runs.command']({ run, command: 'pause' })
  const { steps } = await host.call['runs.moments']({ run })
  expect(steps.length).toBeGreaterThan(2)

  const folder = join(home, 'runs', run)
  const first = (await readdir(folder)).find((name) => name.startsWith('moment.0-'))!
  await copyFile(join(folder, first), join(folder, first.replace('.0-', '.1000-')))
  expect((await host.call['runs.moments']({ run })).steps).toEqual(steps)
  for (const step of steps)
    expect(await host.call['models.heads']({ model: { run, step }, muting: false })).toMatchObject({ step })
})

describe.each(installedEngines().map(({ name }) => name))('with %s', (engine) => {
  it('a run can be looked at in every state, also one left by an earlier host', { timeout: 120_000 }, async () => {
    const names = ['embedding/table', 'attention-1/attention']
    const request: Partial<LookRequest> = { values: names.map((name) => ({ name })) }
    const run = await start(1_000_000, engine)
    await told(run, 20)
    const training = await look(run, request)
    expect(training.step).toBeGreaterThan(20)
    expect([training.missing, Object.keys(training.values)]).toEqual([[], names])
    await host.call['runs.tune']({ run, learningRate: 0.25 })
    const { step } = await host.call['runs.command']({ run, command: 'stop' })
    const stopped = await look(run, request)
    expect(stopped.step).toBe(step)

    await host.call['runs.resume']({ run })
    host.processes.at(-1)!.kill()
    const { checkpoint } = await host.until(run, 'interrupted')
    expect((await look(run, request)).step).toBe(checkpoint)

    const finished = await start(30, engine)
    await host.until(finished, 'finished')
    const before = await look(finished, request)
    expect(before.step).toBe(30)
    await reopen()
    expect(await look(finished, request)).toEqual(before)
    expect((await look(run, request)).step).toBe(checkpoint)
  })

  it('mutes change an evaluation, but no record, series or checkpoint', { timeout: 120_000 }, async () => {
    const run = await start(300, engine)
    await host.until(run, 'finished')
    const folder = join(home, 'runs', run)
    await vi.waitFor(async () => {
      expect(await readFile(join(folder, 'run.json'), 'utf8')).toContain('"state":"finished"')
      expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
    })
    const kept = async () => {
      const files = (await readdir(folder)).toSorted().map(async (name) => {
        const bytes = await readFile(join(folder, name))
        return [name, createHash('sha256').update(bytes).digest('hex')] as const
      })
      return Object.fromEntries(await Promise.all(files))
    }
    const before = { files: await kept(), listed: await overviews(host), series: (await history(host, run)).series.snapshot() }
    const followed = follow(host, run)
    await followed.until('finished')
    const progress = vi.fn()
    const mutes = { 'attention-1/heads': [0, 0, 0, 0] }
    const answer = await host.call['models.evaluate']({ model: { run }, mutes }, { onPart: progress })
    const confused = await host.call['models.confusion']({ model: { run }, mutes })
    expect(confused).toMatchObject({ step: 300, samples: answer.samples })
    const counted = (right: boolean) =>
      confused.cells.reduce((sum, cell) => sum + ((cell.target === cell.prediction) === right ? cell.count : 0), 0)
    expect(counted(true) / (counted(true) + counted(false))).toBeCloseTo(answer.changed.metrics['accuracy']!, 2)
    expect(answer.changed.loss).toBeGreaterThan(answer.plain.loss)
    expect(answer.plain.metrics.accuracy! - answer.changed.metrics.accuracy!).toBeGreaterThan(0.05)
    expect(answer.broken.count).toBeGreaterThan(0)
    expect(progress).toHaveBeenCalled()
    const worth = await host.call['models.worth']({ model: { run }, mutes: {} }, { onPart: progress })
    expect(worth).toMatchObject({ step: 300 })
    expect(worth.parts.find(({ gate, index }) => gate === 'attention-1/heads' && index === null)!.importance).toBeGreaterThan(0)
    const [a, b] = ['abcdefgh', 'abcdefgg'].map((text) => ({ text }))
    const patched = await host.call['models.patch']({ model: { run }, patch: { a: a!, b: b! } }, { onPart: progress })
    expect(patched).toMatchObject({ step: 300 })
    expect(patched.rows.length).toBeGreaterThan(4)
    const muted = await look(run, { mutes })
    expect(muted.seen).not.toEqual((await look(run)).seen)

    expect(followed.parts).toHaveLength(1)
    const after = { files: await kept(), listed: await overviews(host), series: (await history(host, run)).series.snapshot() }
    expect(after).toEqual(before)
    const again = await host.call['models.evaluate']({ model: { run }, mutes: {} })
    expect(again.plain).toEqual(answer.plain)
    expect(again.changed).toEqual(again.plain)
  })
})

it('two clients look at different samples of one run while it trains', { timeout: 60_000 }, async () => {
  const run = await start(1_000_000)
  const watch = (client: LabClient, sample: number) => {
    const abort = newAbort()
    const looks: Look[] = []
    const request = { model: { run }, look: { inputs: [{ sample }] }, every: 50 }
    client.call['models.look'](request, { signal: abort.signal, onPart: (part) => void looks.push(part) }).catch(
      () => undefined,
    )
    return { looks, stop: () => abort.abort() }
  }
  const leaving = host.client()
  const [one, other, gone] = [watch(host, 1), watch(host.client(), 2), watch(leaving, 3)]
  for (const { looks } of [one, other, gone]) await vi.waitFor(() => expect(looks.length).toBeGreaterThan(2), 20_000)
  const tokens = ({ looks }: typeof one) => new Set(looks.map(({ seen }) => seen[0]!.tokens.join()))
  expect([tokens(one).size, tokens(other).size]).toEqual([1, 1])
  expect(tokens(one)).not.toEqual(tokens(other))
  expect(one.looks.map(({ step }) => step)).toEqual(one.looks.map(({ step }) => step).toSorted((a, b) => a - b))
  leaving.close()
  one.stop()
  const before = other.looks.length
  await vi.waitFor(() => expect(other.looks.length).toBeGreaterThan(before + 2), 20_000)
})

it('a finished model that is looked at stays open when another run starts', { timeout: 60_000 }, async () => {
  const finished = await start(30)
  await host.until(finished, 'finished')
  const abort = newAbort()
  const request = { model: { run: finished }, look: { inputs: [{ sample: 0 }] }, every: 100 }
  const over = vi.fn()
  host.call['models.look'](request, { signal: abort.signal }).catch(over)
  const next = await start(1_000_000)
  await told(next, 5)
  await look(finished)
  expect(host.processes).toHaveLength(2)
  expect(over).not.toHaveBeenCalled()
  abort.abort()
  await vi.waitFor(() => expect(over).toHaveBeenCalled())
  expect((await statuses(host)).map(({ state }) => state)).toEqual(['finished', 'running'])
})

const windows = process.platform === 'win32'
it.skipIf(windows)('a worker that hangs blocks no other client', { timeout: 120_000 }, async () => {
  const hung = await start(1_000_000)
  await host.call['runs.command']({ run: hung, command: 'checkpoint' })
  const [worker] = childrenOf(process.pid).filter(({ command }) => command.includes('worker.js'))
  process.kill(worker!.id, 'SIGSTOP')
  const stuck = look(hung).catch((error: unknown) => error)
  const run = await start(30)
  await host.until(run, 'finished')
  expect((await look(run)).step).toBe(30)
  expect((await statuses(host)).map(({ state }) => state)).toEqual(['running', 'finished'])
  host.processes[0]!.kill()
  expect(await stuck).toMatchObject({ code: 'process.ended', params: { how: 'SIGKILL' } })
})

it(
  'a run generates with its current model while it trains, and gives the same text again after it has ended',
  { timeout: 60_000 },
  async () => {
    const small: LabDocument = {
      ...standardLab('small', { width: 16, layers: 1, heads: 2, length: 16, batch: 4, vocabulary: 20 }),
      task: { kind: 'characters', params: { length: 16 } },
    }
    const lab = { ...small, training: { ...small.training, steps: 1_000_000 } }
    const { run } = await host.call['runs.start']({ lab, engine: 'auto', data: null, paused: true })
    const generate = (request = {}) =>
      host.call['models.generate']({ model: { run }, request: { prompt: 'the ', length: 40, ...request } })
    const untrained = await generate()
    expect(untrained).toMatchObject({ prompt: 'the ', tokens: 40, step: 0 })

    await host.call['runs.command']({ run, command: 'resume' })
    await told(run, 50)
    const trained = await generate()
    expect(trained.step).toBeGreaterThan(50)
    expect(trained.written).not.toEqual(untrained.written)
    expect((await host.statusOf(run)).state).toBe('running')

    const abort = newAbort()
    const endless = new Promise((resolve) => {
      const options = { signal: abort.signal, onPart: resolve }
      host.call['models.generate']({ model: { run }, request: { length: 10_000 } }, options).catch(() => undefined)
    })
    expect(await endless).toMatchObject({ prompt: '', written: [{ text: expect.any(String) as string }] })
    abort.abort()
    expect(await host.processes.at(-1)!.ended).toBe('SIGKILL')

    await host.call['runs.command']({ run, command: 'stop' })
    const [first, again] = [await generate(), await generate()]
    expect(first.written).toEqual(again.written)
    expect(first.step).toBe((await host.statusOf(run)).step)
    await expect(generate({ prompt: '☃' })).rejects.toMatchObject({ code: 'generate.unknown-character' })

    // Opened from its folder, in the process that shows it; a look at it while it generates changes neither.
    await reopen()
    const before = await look(run)
    const [opened, seen] = await Promise.all([generate(), look(run), generate()])
    expect([opened.written, seen]).toEqual([first.written, before])
    expect(host.processes).toHaveLength(1)
  },
)

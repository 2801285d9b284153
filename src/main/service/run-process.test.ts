/** The service over the real, built run process; needs `npm run build`. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { labEvents, labMethods, type LabEvents, type LabMethods, type RunState } from '@core/contract/lab'
import { memoryPorts } from '@core/contract/memory-port'
import { connect, type Connection } from '@core/contract/rpc'
import type { LabDocument } from '@core/lab/document'
import { standardLab } from '@core/models/standard-models'
import { pageHost } from './page-host'
import { createService, type Service } from './service'
import type { RunProcess } from './spawn'
import { forkRuns } from './spawn-fork'

const root = resolve(import.meta.dirname, '../../..')
const description = { kind: 'browser', version: '0.0.0', platform: 'test', dialogs: false, engines: [] } as const

let workspace: string
let service: Service
let host: Connection<LabMethods, LabEvents>
let processes: (RunProcess & { readonly ended: Promise<string> })[]

beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'attention-lab-test-'))
  processes = []
  await open()
})
afterEach(async () => {
  await service.close()
  await rm(workspace, { recursive: true, force: true, maxRetries: 5 })
})

async function open(): Promise<void> {
  const fork = forkRuns(join(root, 'out/main/run.js'))
  service = await createService({
    workspace,
    labs: join(root, 'resources/labs'),
    spawn: () => {
      const started = fork()
      const ended = new Promise<string>((done) => started.onExit(done))
      processes.push({ ...started, ended })
      return started
    },
    log: (where, error) => expect.fail(`${where}: ${String(error)}`),
  })
  const [near, far] = memoryPorts(structuredClone)
  service.connect(far, pageHost(description))
  host = connect(near, labMethods, labEvents)
}

const stateOf = async (run: string): Promise<RunState | undefined> =>
  (await host.call['runs.list']({})).find((status) => status.run === run)?.state
const until = (run: string, state: RunState) =>
  vi.waitFor(async () => expect(await stateOf(run)).toBe(state), { timeout: 30_000, interval: 20 })

async function start(steps: number): Promise<string> {
  const lab = await host.call['labs.read']({ id: 'reverse' })
  const short = { ...lab, training: { ...lab.training, steps } }
  return (await host.call['runs.start']({ lab: short, engine: 'auto', data: null })).run
}

it('a run that is killed is interrupted, and restored it ends as if nothing had happened', { timeout: 120_000 }, async () => {
  const undisturbed = await start(120)
  await until(undisturbed, 'finished')

  const run = await start(120)
  await host.call['runs.command']({ run, command: 'pause' })
  const { checkpoint } = await host.call['runs.command']({ run, command: 'checkpoint' })
  await host.call['runs.command']({ run, command: 'resume' })
  processes.at(-1)!.kill()
  await until(run, 'interrupted')
  const [, interrupted] = await host.call['runs.list']({})
  expect(interrupted?.problem).toMatchObject({ code: 'run.interrupted', params: { how: 'SIGKILL', step: checkpoint! } })
  expect(await stateOf(undisturbed)).toBe('finished')

  await host.call['runs.restore']({ run })
  await until(run, 'finished')
  const [whole, mended] = await Promise.all([undisturbed, run].map((id) => host.call['runs.history']({ run: id })))
  expect(mended!.summary!.stateHash).toBe(whole!.summary!.stateHash)
  expect(mended!.losses).toEqual(whole!.losses)
})

it('a closed service leaves runs that a later one goes on with', { timeout: 120_000 }, async () => {
  const run = await start(5000)
  await vi.waitFor(async () => expect((await host.call['runs.history']({ run })).losses.length).toBeGreaterThan(5), 20_000)
  await service.close()
  expect(await processes[0]!.ended).toBe('code 0')

  await open()
  const before = await host.call['runs.history']({ run })
  expect(before.status.state).toBe('stopped')
  expect(before.losses.length).toBe(before.status.checkpoint)
  const restored = await host.call['runs.restore']({ run })
  expect(restored.step).toBeGreaterThanOrEqual(before.status.checkpoint!)
  await vi.waitFor(
    async () => expect((await host.call['runs.history']({ run })).losses.length).toBeGreaterThan(before.losses.length),
    20_000,
  )
})

it('what is looked at comes as frames with tensors, and what is tuned takes effect', { timeout: 60_000 }, async () => {
  const run = await start(5000)
  const frames: { shape: readonly number[]; step: number }[] = []
  host.on('run.frame', ({ states, step }) => {
    const tensor = states['embedding/weight'] ?? Object.values(states)[0]
    if (tensor) frames.push({ shape: tensor.shape, step })
  })
  const { lab } = JSON.parse(await readFile(join(workspace, 'runs', run, 'lab.json'), 'utf8')) as {
    lab: { graph: { nodes: { id: string; kind: string }[] } }
  }
  const embedding = lab.graph.nodes.find(({ kind }) => kind === 'embedding')!.id
  await host.call['runs.view']({ run, view: { sample: 0, probes: [], states: [`${embedding}/table`, `${embedding}/weight`] } })
  await vi.waitFor(() => expect(frames.length).toBeGreaterThan(1), 20_000)
  expect(frames[0]!.shape).toHaveLength(2)
  expect((await host.call['runs.tune']({ run, learningRate: 0.25 })).learningRate).toBe(0.25)
})

it('a run writes as it is now while it trains, and the same again once it has ended', { timeout: 60_000 }, async () => {
  const small: LabDocument = {
    ...standardLab('small', { width: 16, layers: 1, heads: 2, length: 16, batch: 4, vocabulary: 20 }),
    task: { kind: 'characters', params: { length: 16 } },
  }
  const lab = { ...small, training: { ...small.training, steps: 1_000_000 } }
  const { run } = await host.call['runs.start']({ lab, engine: 'auto', data: null, paused: true })
  const request = { prompt: 'the ', length: 40 }
  const untrained = await host.call['runs.write']({ run, request })
  expect(untrained).toMatchObject({ prompt: 'the ', tokens: 40, step: 0 })

  await host.call['runs.command']({ run, command: 'resume' })
  await vi.waitFor(async () => expect((await host.call['runs.history']({ run })).losses.length).toBeGreaterThan(50), 20_000)
  const trained = await host.call['runs.write']({ run, request })
  expect(trained!.step).toBeGreaterThan(50)
  expect(trained!.written).not.toEqual(untrained!.written)
  expect(await stateOf(run)).toBe('running')

  const endless = host.call['runs.write']({ run, request: { length: 10_000 } })
  const told = new Promise((resolve) => host.on('run.written', resolve))
  expect(await told).toMatchObject({ run, prompt: '', written: [{ text: expect.any(String) as string }] })
  await host.call['runs.hush']({})
  expect(await endless).toBeNull()

  await host.call['runs.command']({ run, command: 'stop' })
  const [first, again] = [await host.call['runs.write']({ run, request }), await host.call['runs.write']({ run, request })]
  expect(first!.written).toEqual(again!.written)
  expect(first!.step).toBe((await host.call['runs.history']({ run })).status.step)
  await expect(host.call['runs.write']({ run, request: { prompt: '☃' } })).rejects.toMatchObject({
    code: 'generate.unknown-character',
  })
})

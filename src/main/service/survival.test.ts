/**
 * Real run processes that are killed, stopped, looked at and left alone end with the same bytes; needs `npm run build`. In full under
 * `npm run test:long`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, getPriority, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { EngineName } from '@core/contract/engine'
import { socketPath } from '@core/contract/handover'
import { labEvents, labMethods, type RunHistory } from '@core/contract/lab'
import { memoryPorts } from '@core/contract/memory-port'
import type { Port } from '@core/contract/port'
import { connect } from '@core/contract/rpc'
import { installedEngines } from '../engine/choose'
import { dropoutLab } from '@engine/testing/trainers'
import { childrenOf, isAlive, realHost, type RealHost } from '../testing/processes'
import { repeats } from '../testing/repeats'
import { startWebServer } from '../web/server'
import { pageHost } from './page-host'
import { createService } from './service'
import { fakeRuns } from './testing/fake-runs'
import { checkpointsIn } from '../engine/disk-storage'

let workspace: string
let host: RealHost
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'survival-'))
  host = await realHost(workspace)
})
afterEach(async () => {
  await host.end()
  await rm(workspace, { recursive: true, force: true, maxRetries: 5 })
})

async function start(engine: EngineName, steps: number, { paused = false, evaluateEvery = 70 } = {}): Promise<string> {
  const lab = dropoutLab({ steps, evaluateEvery })
  return (await host.call['runs.start']({ lab, engine, data: null, paused })).run
}
async function end(run: string): Promise<RunHistory> {
  await host.until(run, 'finished', 'failed')
  return host.call['runs.history']({ run })
}
const hashOf = async (run: string): Promise<string | undefined> => (await end(run)).summary?.stateHash

describe.each(installedEngines().map(({ name }) => name))('with %s', (engine) => {
  const kills = repeats(5, 100)
  it(
    `a process killed at ${kills} random moments, also while it writes checkpoints, costs nothing`,
    { timeout: 900_000 },
    async () => {
      const steps = 300 * kills
      let began = performance.now()
      const undisturbed = await start(engine, steps)
      const startup = performance.now() - began
      began = performance.now()
      const whole = await end(undisturbed)
      const training = performance.now() - began

      const run = await start(engine, steps, { paused: true })
      await host.call['runs.command']({ run, command: 'checkpoint' })
      await host.call['runs.command']({ run, command: 'resume' })
      let killed = 0
      let restored: Promise<unknown> = Promise.resolve()
      for (; killed < kills; killed++) {
        // Every third is killed while it starts, the others wherever they are.
        const starting = killed % 3 === 2
        if (!starting) await restored
        const storm = starting ? Promise.resolve() : checkpointStorm(run)
        await sleep(Math.random() * (starting ? startup : training / kills))
        host.processes.at(-1)!.kill()
        const { state, checkpoint } = await host.until(run, 'interrupted', 'finished')
        await Promise.all([storm, restored])
        if (state === 'finished') break
        expect(checkpoint).not.toBeNull()
        const before = host.processes.length
        restored = host.call['runs.restore']({ run }).catch(() => 'killed while it started')
        await vi.waitFor(() => expect(host.processes.length).toBe(before + 1))
      }
      expect(killed).toBeGreaterThan(kills / 2)
      await restored
      const mended = await end(run)
      expect(mended.summary?.stateHash).toBe(whole.summary!.stateHash)
      expect(mended.status.problem).toBeNull()
      expect(mended.losses).toEqual(whole.losses)
      expect(mended.evaluations).toEqual(whole.evaluations)
    },
  )

  /** Asks for one checkpoint after the other until the process is gone. */
  async function checkpointStorm(run: string): Promise<void> {
    try {
      for (;;) {
        await host.call['runs.command']({ run, command: 'checkpoint' })
        await sleep(Math.random() * 20)
      }
    } catch {
      // it is gone
    }
  }

  const stops = repeats(3, 20)
  it(
    `stopped and gone on with at ${stops} random steps, each time in another process, it ends the same`,
    { timeout: 300_000 },
    async () => {
      const steps = 600 * (stops + 1) // what is heard of a step is up to a tenth of a second old
      const whole = await end(await start(engine, steps))
      const run = await start(engine, steps)
      const stopped: number[] = []
      for (let i = 1; i <= stops; i++) {
        const target = 600 * i - 400 + Math.floor(Math.random() * 300)
        await new Promise<void>((reached) => {
          const stop = host.on('run.telemetry', ({ run: of, firstStep, losses }) => {
            if (of !== run || firstStep + losses.length <= target) return
            stop()
            reached()
          })
        })
        const { step, checkpoint, state } = await host.call['runs.command']({ run, command: 'stop' })
        expect([state, checkpoint]).toEqual(['stopped', step])
        stopped.push(step)
        await host.call['runs.restore']({ run })
      }
      expect(new Set(stopped).size).toBe(stops)
      const mended = await end(run)
      expect(mended.summary?.stateHash, `stopped at ${stopped.join(', ')}`).toBe(whole.summary!.stateHash)
      expect(mended.losses).toEqual(whole.losses)
      expect(mended.evaluations).toEqual(whole.evaluations)
      expect(new Set(host.processes).size).toBe(stops + 2)
    },
  )

  const long = repeats(200, 1000)
  it(
    `the same seed gives the same bytes after ${long} steps in another process, whatever is looked at`,
    { timeout: 120_000 },
    async () => {
      const alone = hashOf(await start(engine, long, { evaluateEvery: long }))
      const expected = await alone

      const run = await start(engine, long, { paused: true, evaluateEvery: 7 })
      const frames = vi.fn()
      host.on('run.frame', frames)
      await host.call['runs.view']({ run, view: { sample: 1, probes: ['multi-head/attention'], states: ['embedding/table'] } })
      for (const command of [
        'step',
        'evaluate',
        'step',
        'checkpoint',
        'resume',
        'pause',
        'evaluate',
        'step',
        'step',
      ] as const) {
        await host.call['runs.command']({ run, command })
      }
      await host.call['runs.tune']({ run, gates: { 'multi-head/heads': [0, 1] } })
      await host.call['runs.view']({ run, view: { sample: 5, probes: ['multi-head/scores'], states: [] } })
      await host.call['runs.command']({ run, command: 'resume' })
      expect(await hashOf(run)).toBe(expected)
      expect(frames.mock.calls.length).toBeGreaterThan(3)
    },
  )
})

const windows = process.platform === 'win32'
it.skipIf(windows)(
  'a host that disappears leaves no process behind, and a checkpoint of the last step told',
  { timeout: 60_000 },
  async () => {
    const root = resolve(import.meta.dirname, '../../..')
    const folder = join(workspace, 'out')
    const script = join(root, 'out/main/cli.js')
    const command = [script, 'train', 'reverse', '--steps', '1000000', '--out', folder, '--json']
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] })
    let last = 0
    for await (const line of createInterface({ input: child.stdout })) {
      last = (JSON.parse(line) as { step?: number }).step ?? last
      if (last >= 20) break
    }
    const [run] = childrenOf(child.pid!)
    expect(run?.command).toMatch(/run\.js/)
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(isAlive(run!.id)).toBe(false), 15_000)
    expect((await checkpointsIn(folder).read()).step).toBeGreaterThanOrEqual(last)
  },
)

it.skipIf(windows)('runs on all cores come after their host in the queue for the processor', { timeout: 60_000 }, async () => {
  const runs = await Promise.all(Array.from({ length: availableParallelism() + 1 }, () => start('tfjs', 1_000_000)))
  const states = await Promise.all(runs.map(async (run) => (await host.statusOf(run)).state))
  expect(states.filter((state) => state === 'queued')).toHaveLength(1)
  const priorities = childrenOf(process.pid).flatMap(({ id, command }) => (command.includes('run.js') ? getPriority(id) : []))
  expect(priorities).toHaveLength(availableParallelism())
  expect(Math.min(...priorities)).toBeGreaterThan(getPriority())
})

it('a viewer that never reads misses frames, takes no memory, and holds nobody up', { timeout: 60_000 }, async () => {
  const runs = fakeRuns()
  const service = await createService({ workspace, labs: join(workspace, 'labs'), spawn: runs.spawn })
  const ports: Port[] = []
  const server = await startWebServer({
    files: new Map(),
    host: '127.0.0.1',
    port: 0,
    onConnect: (port) => {
      ports.push(port)
      service.connect(port, pageHost({ kind: 'browser', version: '0', platform: 'test', dialogs: false, engines: [] }))
    },
  })
  const socket = new WebSocket(new URL(socketPath, server.address.replace('http', 'ws')), {
    origin: new URL(server.address).origin,
  })
  await once(socket, 'open')
  socket.pause()

  const [near, far] = memoryPorts(structuredClone)
  service.connect(far, pageHost({ kind: 'browser', version: '0', platform: 'test', dialogs: false, engines: [] }))
  const reader = connect(near, labMethods, labEvents)
  const read = vi.fn()
  reader.on('run.frame', read)
  const { run } = await reader.call['runs.start']({ lab: dropoutLab(), engine: 'tfjs', data: null })
  const tensor = { axes: ['feature'], shape: [2 ** 18], data: new Float32Array(2 ** 18) }
  let most = 0
  for (let step = 1; step <= 200; step++) {
    runs.processes[0]!.emit('frame', { run, step, sample: 0, predictions: [], probes: {}, states: { tensor } })
    await vi.waitFor(() => expect(read).toHaveBeenCalledTimes(step), { interval: 1 })
    most = Math.max(most, ports[0]!.backlog!())
  }
  expect(most).toBeLessThan(6 * 2 ** 20)
  // Telemetry always goes out: who is 32 MB behind is let go.
  const heard = vi.fn()
  reader.on('run.telemetry', heard)
  const telemetry = { run, firstStep: 1, losses: new Float32Array(), stepsPerSecond: 1, evaluations: [] }
  for (let i = 1; i <= 15; i++) {
    runs.processes[0]!.emit('telemetry', { ...telemetry, accuracies: new Float32Array(2 ** 20) })
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(i), { interval: 1 })
  }
  expect(ports[0]!.backlog!()).toBeLessThan(40 * 2 ** 20)
  socket.terminate()
  await service.close()
  await server.close()
})

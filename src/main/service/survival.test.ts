/**
 * Real workers that are killed, stopped, looked at and left alone end with the same bytes; needs `npm run build`. The full test
 * runs with `npm run test:long`.
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
import { owner } from '@core/contract/client'
import { encodeMessage } from '@core/contract/codec'
import type { Look } from '@core/contract/look'
import { installedEngines } from '../engine/choose'
import { dropoutLab } from '@engine/testing/trainers'
import { childrenOf, isAlive, realHost, type RealHost } from '../testing/processes'
import { repeats } from '../testing/repeats'
import { startWebServer } from '../web/server'
import { pageHost } from './page-host'
import { createService } from './service'
import { clientOf, description, follow, reproducible, type Followed } from './testing/clients'
import { fakeWorkers, lossesFrom } from './testing/fake-workers'
import { checkpointsIn } from '../engine/disk-storage'

let home: string
let host: RealHost
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'survival-'))
  host = await realHost(home)
})
afterEach(async () => {
  await host.end()
  await rm(home, { recursive: true, force: true, maxRetries: 5 })
})

async function start(engine: EngineName, steps: number, { paused = false, evaluateEvery = 70 } = {}): Promise<string> {
  const lab = dropoutLab({ steps, evaluateEvery })
  return (await host.call['runs.start']({ lab, engine, data: null, paused })).run
}
async function end(run: string): Promise<Followed> {
  const followed = follow(host, run)
  await followed.until('finished', 'failed')
  followed.stop()
  return followed
}
const hashOf = async (run: string): Promise<string | undefined> => (await end(run)).summary?.stateHash

describe.each(installedEngines().map(({ name }) => name))('with %s', (engine) => {
  const kills = repeats(5, 100)
  it(
    `a process killed at ${kills} random moments, also while writing checkpoints, ends with the same bytes`,
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
        // Every third is killed while it starts, the others at any moment.
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
        restored = host.call['runs.resume']({ run }).catch(() => 'killed while it started')
        await vi.waitFor(() => expect(host.processes.length).toBe(before + 1))
      }
      expect(killed).toBeGreaterThan(kills / 2)
      await restored
      const repaired = await end(run)
      expect(repaired.summary?.stateHash).toBe(whole.summary!.stateHash)
      expect(repaired.status!.problem).toBeNull()
      expect(reproducible(repaired)).toEqual(reproducible(whole))
    },
  )

  /** Requests checkpoints continuously until the process has died. */
  async function checkpointStorm(run: string): Promise<void> {
    try {
      for (;;) {
        await host.call['runs.command']({ run, command: 'checkpoint' })
        await sleep(Math.random() * 20)
      }
    } catch {
      // it has died
    }
  }

  const stops = repeats(3, 20)
  it(
    `stopped and resumed at ${stops} random steps, each time in another process, it ends with the same bytes`,
    { timeout: 300_000 },
    async () => {
      const steps = 600 * (stops + 1) // reported steps are up to a tenth of a second old
      const whole = await end(await start(engine, steps))
      const run = await start(engine, steps)
      const followed = follow(host, run)
      const stopped: number[] = []
      for (let i = 1; i <= stops; i++) {
        const target = 600 * i - 400 + Math.floor(Math.random() * 300)
        await vi.waitFor(() => expect(followed.steps('loss').at(-1)).toBeGreaterThan(target), { timeout: 60_000, interval: 5 })
        const { step, checkpoint, state } = await host.call['runs.command']({ run, command: 'stop' })
        expect([state, checkpoint]).toEqual(['stopped', step])
        stopped.push(step)
        await host.call['runs.resume']({ run })
      }
      expect(new Set(stopped).size).toBe(stops)
      const repaired = await end(run)
      expect(repaired.summary?.stateHash, `stopped at ${stopped.join(', ')}`).toBe(whole.summary!.stateHash)
      expect(reproducible(repaired)).toEqual(reproducible(whole))
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
      const looks = vi.fn()
      const look = (sample: number, mutes = {}) => {
        const values = ['multi-head/attention', 'gradient/embedding/table', 'update/embedding/table'].map((name) => ({ name }))
        const request = { model: { run }, look: { inputs: [{ sample }], mutes, values }, every: 50 }
        host.call['models.look'](request, { onPart: looks }).catch(() => undefined)
      }
      look(1)
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
      look(5, { 'multi-head/heads': [0, 1] })
      await host.call['models.evaluate']({ model: { run }, mutes: { 'multi-head/heads': [0, 1] } })
      await host.call['runs.command']({ run, command: 'resume' })
      expect(await hashOf(run)).toBe(expected)
      expect(looks.mock.calls.length).toBeGreaterThan(3)
    },
  )
})

const windows = process.platform === 'win32'
it.skipIf(windows)(
  'a host that disappears leaves no process, and a checkpoint of the last reported step',
  { timeout: 60_000 },
  async () => {
    const root = resolve(import.meta.dirname, '../../..')
    const folder = join(home, 'out')
    const script = join(root, 'out/main/cli.js')
    const command = [script, 'train', 'reverse', '--steps', '1000000', '--out', folder, '--json']
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] })
    let last = 0
    for await (const line of createInterface({ input: child.stdout })) {
      last = (JSON.parse(line) as { step?: number }).step ?? last
      if (last >= 20) break
    }
    const [run] = childrenOf(child.pid!)
    expect(run?.command).toMatch(/worker\.js/)
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(isAlive(run!.id)).toBe(false), 15_000)
    expect((await checkpointsIn(folder).read()).step).toBeGreaterThanOrEqual(last)
  },
)

it.skipIf(windows)('runs on all cores have lower CPU priority than their host', { timeout: 60_000 }, async () => {
  const runs = await Promise.all(Array.from({ length: availableParallelism() + 1 }, () => start('tfjs', 1_000_000)))
  const states = await Promise.all(runs.map(async (run) => (await host.statusOf(run)).state))
  expect(states.filter((state) => state === 'queued')).toHaveLength(1)
  const priorities = childrenOf(process.pid).flatMap(({ id, command }) =>
    command.includes('worker.js') ? getPriority(id) : [],
  )
  expect(priorities).toHaveLength(availableParallelism())
  expect(Math.min(...priorities)).toBeGreaterThan(getPriority())
})

it('a page that never reads gets no more data, takes no memory, and blocks no other client', { timeout: 60_000 }, async () => {
  const workers = fakeWorkers({
    look: async (_, { part, signal, taken }) => {
      for (let step = 1; !signal.aborted; step++) {
        const tensor = { axes: ['feature'], shape: [2 ** 18], data: new Float32Array(2 ** 18) }
        part({ step, seen: [], values: { tensor }, missing: [] } satisfies Look)
        await taken()
        await new Promise(setImmediate)
      }
      return null
    },
  })
  const service = await createService({ home, labs: join(home, 'labs'), spawn: workers.spawn })
  let sent = 0
  const server = await startWebServer({
    files: new Map(),
    host: '127.0.0.1',
    port: 0,
    onConnect: (port) => {
      const post = (message: unknown): void => {
        sent += encodeMessage(message).length
        port.post(message)
      }
      service.connect({ ...port, post }, owner, pageHost(description))
    },
  })
  const socket = new WebSocket(new URL(socketPath, server.address.replace('http', 'ws')), {
    origin: new URL(server.address).origin,
  })
  await once(socket, 'open')

  const reader = clientOf(service)
  const { run } = await reader.call['runs.start']({ lab: dropoutLab(), engine: 'tfjs', data: null })
  const look = { model: { run }, look: { inputs: [{ sample: 0 }] }, every: 50 }
  for (const [index, [method, argument]] of [['models.look', look] as const, ['runs.follow', { run }] as const].entries()) {
    socket.send(encodeMessage({ call: index, method, argument }))
  }
  await vi.waitFor(() => expect(sent).toBeGreaterThan(2 ** 20))
  socket.pause()

  const read = vi.fn()
  reader.call['models.look'](look, { onPart: read }).catch(() => undefined)
  await vi.waitFor(() => expect(read.mock.calls.length).toBeGreaterThan(200), { timeout: 30_000 })
  const followed = follow(reader, run)
  for (let step = 1; step <= 200; step++) workers.processes[0]!.emit('telemetry', lossesFrom(step, ...new Float32Array(1000)))
  await vi.waitFor(() => expect(followed.steps('loss').at(-1)).toBe(1199))
  expect(sent).toBeLessThan(4 * 2 ** 20)
  socket.terminate()
  await service.close()
  await server.close()
})

/**
 * Real run processes that are killed, stopped, looked at and left alone end with the same bytes; needs `npm run build`. In full under
 * `npm run test:long`.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EngineName } from '@core/contract/engine'
import type { RunHistory } from '@core/contract/lab'
import { CheckpointFolder } from '../engine/checkpoint'
import { installedEngines } from '../engine/choose'
import { dropoutLab } from '../engine/testing/trainers'
import { childrenOf, isAlive, realHost, type RealHost } from '../testing/processes'
import { repeats } from '../testing/repeats'

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
      const steps = 200 * (stops + 1)
      const whole = await end(await start(engine, steps))
      const run = await start(engine, steps)
      const stopped: number[] = []
      for (let i = 1; i <= stops; i++) {
        const target = 200 * i - 100 + Math.floor(Math.random() * 100)
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
    expect((await new CheckpointFolder(folder).read()).step).toBeGreaterThanOrEqual(last)
  },
)

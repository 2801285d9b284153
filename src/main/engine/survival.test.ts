/** What goes wrong around a run costs it little: disks that fail, memory that ends, an operation that gives NaN. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import type { Op } from '@core/program/types'
import { CheckpointFolder } from './checkpoint'
import type { Files } from './files'
import { createModel, hashStates } from './model'
import { faultyFiles } from './testing/faulty-files'
import { dropoutLab, listen, over } from './testing/trainers'
import { createTfjsExecutor } from './tfjs/executor'
import { lowerings } from './tfjs/lowerings'
import type { Lowering } from './tfjs/site'
import { loadWasm } from './tfjs/wasm'
import { Trainer } from './trainer'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'survival-'))
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.useRealTimers()
  await rm(directory, { recursive: true, force: true })
})

interface Options {
  readonly files?: Files
  readonly paused?: boolean
  readonly restore?: boolean
}

async function start(lab: LabDocument, { paused = false, restore = false, ...rest }: Options = {}) {
  const model = await createModel(await createTfjsExecutor(), lab, null)
  const told = listen()
  const trainer = new Trainer(model, { directory, paused, listener: told, ...rest })
  if (restore) await trainer.restore()
  const done = trainer.run()
  return { model, told, trainer, end: () => trainer.end().then(() => done) }
}

async function finish(lab: LabDocument, options: Options = {}) {
  const { told, end } = await start(lab, options)
  await told.until(over)
  await end()
  return told
}

/** How the lab ends when nothing happens. */
let undisturbed: string | undefined
beforeEach(async () => {
  undisturbed ??= (await finish(dropoutLab(), { files: faultyFiles(1, { dies: true }) })).summaries[0]!.stateHash
})

describe('checkpoints on the way', () => {
  test('come often enough that a crash costs less than 10 seconds of training, also of single steps', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const { trainer, told, end } = await start(dropoutLab({ steps: 200 }), { paused: true })
    for (let step = 1; step <= 100; step++) {
      vi.advanceTimersByTime(500)
      await trainer.command('step')
      const due = step - 19 // what was trained up to 9.5 seconds ago
      if (due > 0) await told.until(({ checkpoint }) => (checkpoint ?? 0) >= due)
    }
    expect(new Set(told.statuses.map(({ checkpoint }) => checkpoint)).size).toBeLessThan(12)
    await end()
  })

  test('a disk that fails once delays a checkpoint and ends nothing', async () => {
    for (let n = 1; n <= 12; n += 1) {
      const { trainer, told, end } = await start(dropoutLab(), { paused: true, files: faultyFiles(n, { code: 'ENOSPC' }) })
      const outcomes: unknown[] = []
      for (let i = 0; i < 3; i++) {
        await trainer.command('step')
        outcomes.push(
          await trainer.command('checkpoint').then(
            () => undefined,
            (error: unknown) => error instanceof LabError && error.code,
          ),
        )
      }
      expect(outcomes.filter((code) => code !== undefined)).toEqual(
        outcomes.includes('checkpoint.unwritable') ? ['checkpoint.unwritable'] : [],
      )
      expect(told.statuses.at(-1)).toMatchObject({
        state: 'paused',
        step: 3,
        ...(outcomes[2] ? {} : { checkpoint: 3, problem: null }),
      })
      await trainer.command('resume')
      await told.until(over)
      await end()
      expect(told.summaries[0]!.stateHash).toBe(undisturbed)
      await rm(directory, { recursive: true })
      directory = await mkdtemp(join(tmpdir(), 'survival-'))
    }
  })

  test('a disk that is full for good is told, and training goes on to the same end', async () => {
    const told = await finish(dropoutLab(), { files: faultyFiles(1, { code: 'ENOSPC', dies: true, moment: 'halfway' }) })
    expect(told.statuses.at(-1)).toMatchObject({
      state: 'finished',
      checkpoint: null,
      problem: { code: 'checkpoint.unwritable' },
    })
    expect(told.summaries[0]!.stateHash).toBe(undisturbed)
  })

  test('the one before is gone on from when the newest is damaged: said, and the same end', async () => {
    const { trainer, end } = await start(dropoutLab(), { paused: true })
    for (let i = 0; i < 3; i++) {
      await trainer.command('step')
      await trainer.command('checkpoint')
    }
    await end()
    await writeFile(join(directory, 'checkpoint.json'), '{')
    const resumed = await start(dropoutLab(), { restore: true, paused: true })
    expect(resumed.trainer.status).toMatchObject({
      step: 2,
      checkpoint: 2,
      problem: { code: 'checkpoint.previous', params: { file: 'checkpoint.json', step: 2 } },
    })
    await resumed.trainer.command('resume')
    await resumed.told.until(over)
    await resumed.end()
    expect(resumed.told.statuses.at(-1)).toMatchObject({ state: 'finished', problem: null })
    expect(resumed.told.summaries[0]!.stateHash).toBe(undisturbed)
  })
})

describe('an operation that gives NaN', () => {
  /** Puts NaN into one number of what this operation of this block computes, while `broken.now`. */
  function sabotage(kind: 'softmax' | 'matmul', block: string): { now: boolean } {
    const broken = { now: false }
    const table = lowerings as Record<typeof kind, Lowering<typeof kind>>
    const lower = table[kind]
    vi.spyOn(table, kind).mockImplementation((op: Op<typeof kind>, site) => {
      const kernel = lower(op, site)
      if (op.block !== block) return kernel
      return () => {
        kernel()
        if (broken.now) site.output.floats()[0] = NaN
      }
    })
    return broken
  }

  test.each([
    ['softmax', 'multi-head'],
    ['matmul', 'feed-forward'],
  ] as const)('%s of %s is found within a step and named; the last good checkpoint goes on', async (kind, block) => {
    const broken = sabotage(kind, block)
    const { trainer, told, model, end } = await start(dropoutLab(), { paused: true })
    for (let i = 0; i < 3; i++) await trainer.command('step')
    await trainer.command('checkpoint')
    const good = hashStates(model)
    broken.now = true
    await trainer.command('resume')
    const failed = await told.until(over)
    expect(failed).toMatchObject({
      state: 'failed',
      step: 3,
      checkpoint: 3,
      problem: { code: 'run.not-finite', node: block, params: { step: 4, operation: kind, block, value: 'NaN' } },
    })
    expect(hashStates(model)).toBe(good)
    await end()

    broken.now = false
    const resumed = await finish(dropoutLab(), { restore: true })
    expect(resumed.summaries[0]!.stateHash).toBe(undisturbed)
  })
})

describe('memory that ends', () => {
  test('at any allocation while a lab is made ready is a sentence, and all that was taken is given back', async () => {
    const wasm = await loadWasm()
    const { _malloc, _free } = wasm
    const held = new Set<number>()
    let [calls, limit] = [0, Infinity]
    vi.spyOn(wasm, '_malloc').mockImplementation((bytes) => {
      if (++calls > limit) return 0
      const block = _malloc(bytes)
      held.add(block)
      return block
    })
    vi.spyOn(wasm, '_free').mockImplementation((block) => {
      held.delete(block)
      _free(block)
    })
    const lab = dropoutLab({ steps: 2 })
    const whole = (await finish(lab)).summaries[0]!.stateHash
    const needed = calls
    expect(needed).toBeGreaterThan(5)
    expect(held.size).toBe(0)
    for (let n = 0; n < needed; n += Math.max(1, Math.floor(needed / 40))) {
      await rm(directory, { recursive: true })
      directory = await mkdtemp(join(tmpdir(), 'survival-'))
      ;[calls, limit] = [0, n]
      const outcome = await finish(lab).catch((error: unknown) => error)
      if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'run.out-of-memory' })
      else
        expect((outcome as Awaited<ReturnType<typeof finish>>).statuses.at(-1)).toMatchObject({
          state: 'failed',
          problem: { code: 'run.out-of-memory' },
        })
      expect(held.size, `allocation ${n + 1}`).toBe(0)
    }
    limit = Infinity
    await new CheckpointFolder(directory).read().catch(() => undefined)
    expect((await finish(lab)).summaries[0]!.stateHash).toBe(whole)
  })

  test('for a view only costs the view', async () => {
    // No other plan is made before the end than the one that was made for the first step.
    const { trainer, told, end } = await start(dropoutLab({ evaluateEvery: 50 }), { paused: true })
    await trainer.command('step')
    vi.spyOn(await loadWasm(), '_malloc').mockReturnValue(0)
    const view = { sample: 0, probes: ['multi-head/attention'], states: [] }
    await expect(trainer.look(view)).rejects.toMatchObject({ code: 'run.out-of-memory' })
    await trainer.command('resume')
    expect((await told.until(({ problem }) => problem?.code === 'run.out-of-memory')).state).toBe('running')
    vi.restoreAllMocks()
    await told.until(over)
    await end()
    expect(told.summaries[0]!.stateHash).toBe(undisturbed)
  })
})

/** Runs survive failures around them: disk errors, exhausted memory, an operation that gives NaN. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { engines, type EngineName } from '@core/contract/engine'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { lowerings as nativeLowerings } from '@core/onnx/lowerings/index'
import type { Lowering as NativeLowering } from '@core/onnx/site'
import type { Op } from '@core/program/types'
import { createExecutor } from '../main/engine/choose'
import type { Storage } from './surroundings'
import { batchFeeds } from './feeds'
import { createTraining, hashStates, type Training } from './training'
import { loadRuntime } from '../main/engine/onnxruntime/runtime'
import { faultyStorage } from './testing/faulty-storage'
import { dropoutLab, listen, over } from './testing/trainers'
import { lowerings } from './tfjs/lowerings'
import type { Lowering } from './tfjs/site'
import { loadWasm } from './tfjs/wasm'
import { Trainer } from './trainer'
import { checkpointsIn, diskStorage } from '../main/engine/disk-storage'
import { nodeSurroundings } from '../main/engine/surroundings'
import { wasmFolder } from '../main/engine/tfjs'

type Session = Awaited<ReturnType<Awaited<ReturnType<typeof loadRuntime>>['InferenceSession']['create']>>

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
  readonly engine?: EngineName
  readonly storage?: Storage
  readonly paused?: boolean
  readonly restore?: boolean
}

async function start(lab: LabDocument, { engine = 'tfjs', paused = false, restore = false, ...rest }: Options = {}) {
  const training = createTraining(await createExecutor(engine, () => undefined), lab, null)
  const told = listen()
  const trainer = new Trainer(training, {
    surroundings: nodeSurroundings,
    storage: diskStorage(directory),
    paused,
    listener: told,
    ...rest,
  })
  if (restore) await trainer.restore()
  const done = trainer.run()
  return { training, told, trainer, end: () => trainer.end().then(() => done) }
}

async function finish(lab: LabDocument, options: Options = {}) {
  const { told, end } = await start(lab, options)
  await told.until(over)
  await end()
  return told
}

/** Hash of the lab's final states without failures. */
const ends = new Map<EngineName, string>()
async function endOf(engine: EngineName): Promise<string> {
  const known = ends.get(engine)
  if (known !== undefined) return known
  const { summaries } = await finish(dropoutLab(), {
    engine,
    storage: faultyStorage(diskStorage(directory), 1, { dies: true }),
  })
  ends.set(engine, summaries[0]!.stateHash)
  return summaries[0]!.stateHash
}
let undisturbed: string
beforeEach(async () => {
  undisturbed = await endOf('tfjs')
})

describe('periodic checkpoints', () => {
  test('are frequent enough that a crash costs less than 10 seconds of training, also when stepping', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const { trainer, told, end } = await start(dropoutLab({ steps: 200 }), { paused: true })
    for (let step = 1; step <= 100; step++) {
      vi.advanceTimersByTime(500)
      await trainer.command('step')
      const due = step - 19 // steps trained up to 9.5 seconds ago
      if (due > 0) await told.until(({ checkpoint }) => (checkpoint ?? 0) >= due)
    }
    expect(new Set(told.statuses.map(({ checkpoint }) => checkpoint)).size).toBeLessThan(12)
    await end()
  })

  test('a disk that fails once delays a checkpoint and does not end the run', async () => {
    for (let n = 1; n <= 12; n += 1) {
      const { trainer, told, end } = await start(dropoutLab(), {
        paused: true,
        storage: faultyStorage(diskStorage(directory), n, { code: 'ENOSPC' }),
      })
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

  test('a disk that stays full is reported, and training reaches the same final states', async () => {
    const told = await finish(dropoutLab(), {
      storage: faultyStorage(diskStorage(directory), 1, { code: 'ENOSPC', dies: true, moment: 'halfway' }),
    })
    expect(told.statuses.at(-1)).toMatchObject({
      state: 'finished',
      checkpoint: null,
      problem: { code: 'checkpoint.unwritable' },
    })
    expect(told.summaries[0]!.stateHash).toBe(undisturbed)
  })

  test('resumes from the previous checkpoint when the newest is damaged: reported, with the same final states', async () => {
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

type Breakable = 'gather' | 'softmax' | 'standardise' | 'gelu' | 'geluGradient' | 'crossEntropy'

/** Once begun, puts NaN into one element of the result of this operation of this block. */
interface Sabotage {
  begin(training: Training): void
  end(): void
}

function sabotageTfjs(kind: Breakable, block: string): Sabotage {
  let now = false
  const table = lowerings as Record<typeof kind, Lowering<typeof kind>>
  const lower = table[kind]
  vi.spyOn(table, kind).mockImplementation((op: Op<typeof kind>, site) => {
    const kernel = lower(op, site)
    if (op.block !== block) return kernel
    return () => {
      kernel()
      if (now) site.output.floats()[0] = NaN
    }
  })
  return { begin: () => (now = true), end: () => (now = false) }
}

function sabotageNative(kind: Breakable, block: string): Sabotage {
  let now = false
  const table = nativeLowerings as Record<typeof kind, NativeLowering<typeof kind>>
  const lower = table[kind]
  vi.spyOn(table, kind).mockImplementation((op: Op<typeof kind>, site) => {
    const name = lower(op, site)
    if (!now || op.block !== block) return name
    const { graph } = site
    const { shape } = op.output
    const first = new Uint8Array(shape.reduce((size, length) => size * length, 1))
    first[0] = 1
    const broken = graph.node('Where', [graph.constant({ type: 'bool', shape, data: first }), graph.float(NaN), name])
    site.remember(op.output, { name: broken, scale: 1 }) // for products that would fuse the scale
    return broken
  })
  return {
    begin(training) {
      now = true
      training.train.executable.dispose() // its graph is rebuilt
    },
    end: () => (now = false),
  }
}

describe.each(engines)('an operation that gives NaN on %s', (engine) => {
  const sabotages = { tfjs: sabotageTfjs, onnxruntime: sabotageNative }

  test.each([
    ['gather', 'embedding'],
    ['softmax', 'multi-head'],
    ['standardise', 'norm'],
    ['gelu', 'feed-forward'],
    ['geluGradient', 'feed-forward'],
    ['crossEntropy', 'classifier'],
  ] as const)('%s of %s is detected within a step and named; the last good checkpoint can be resumed', async (kind, block) => {
    const expected = await endOf(engine)
    const sabotage = sabotages[engine](kind, block)
    const { trainer, told, training, end } = await start(dropoutLab(), { engine, paused: true })
    for (let i = 0; i < 3; i++) await trainer.command('step')
    await trainer.command('checkpoint')
    const good = hashStates(training, nodeSurroundings)
    sabotage.begin(training)
    await trainer.command('resume')
    const failed = await told.until(over)
    expect(failed).toMatchObject({
      state: 'failed',
      step: 3,
      checkpoint: 3,
      problem: { code: 'run.not-finite', node: block, params: { step: 4, operation: kind, block, value: 'NaN' } },
    })
    expect(hashStates(training, nodeSurroundings)).toBe(good)
    await end()

    sabotage.end()
    const resumed = await finish(dropoutLab(), { engine, restore: true })
    expect(resumed.summaries[0]!.stateHash).toBe(expected)
  })
})

describe('exhausted memory', () => {
  test('at any call of ONNX Runtime throws run.out-of-memory, and releases every session', async () => {
    const { InferenceSession } = await loadRuntime()
    const create = InferenceSession.create.bind(InferenceSession) as (...args: unknown[]) => Promise<Session>
    let [calls, limit, open] = [0, Infinity, 0]
    const requireMemory = () => {
      if (++calls > limit) throw new Error('Exception during initialization: std::bad_alloc')
    }
    vi.spyOn(InferenceSession, 'create').mockImplementation(async (...args: unknown[]) => {
      requireMemory()
      const session = await create(...args)
      open++
      const [run, release] = [session.run.bind(session), session.release.bind(session)]
      vi.spyOn(session, 'run').mockImplementation(async (...values) => {
        requireMemory()
        return run(...values)
      })
      vi.spyOn(session, 'release').mockImplementation(() => (open--, release()))
      return session
    })
    const lab = dropoutLab({ steps: 2 })
    const whole = (await finish(lab, { engine: 'onnxruntime' })).summaries[0]!.stateHash
    const needed = calls
    expect(needed).toBeGreaterThan(4) // two sessions, two steps, evaluations
    for (let n = 0; n < needed; n += Math.max(1, Math.floor(needed / 12))) {
      ;[calls, limit] = [0, n]
      const { statuses } = await finish(lab, { engine: 'onnxruntime' })
      expect(statuses.at(-1), `call ${n + 1}`).toMatchObject({ state: 'failed', problem: { code: 'run.out-of-memory' } })
      await vi.waitFor(() => expect(open).toBe(0))
    }
    limit = Infinity
    expect((await finish(lab, { engine: 'onnxruntime' })).summaries[0]!.stateHash).toBe(whole)
  })

  test('at any allocation while a lab is set up throws run.out-of-memory, and frees everything allocated', async () => {
    const wasm = await loadWasm(wasmFolder)
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
    await checkpointsIn(directory)
      .read()
      .catch(() => undefined)
    expect((await finish(lab)).summaries[0]!.stateHash).toBe(whole)
  })

  test('during a look fails only the look', async () => {
    // Only the plan of the first step is created before the end.
    const { trainer, told, end } = await start(dropoutLab({ evaluateEvery: 50 }), { paused: true })
    await trainer.command('step')
    vi.spyOn(await loadWasm(wasmFolder), '_malloc').mockReturnValue(0)
    const look = ({ model, task }: Training) => {
      const { program, executable } = model.program('inspect', { batch: 1 })
      return executable.run(batchFeeds(program, task.evaluationBatch(0, 1), new Map()), ['probe/multi-head/attention'])
    }
    await expect(trainer.between(look)).rejects.toMatchObject({ code: 'run.out-of-memory' })
    await trainer.command('resume')
    vi.restoreAllMocks()
    await told.until(over)
    await end()
    expect(told.summaries[0]!.stateHash).toBe(undisturbed)
  })
})

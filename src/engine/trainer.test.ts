/** The trainer: results depend on the seed alone, and a run can be stopped, resumed and recovered. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { engines } from '@core/contract/engine'
import { LabError } from '@core/errors'
import { firstModel } from '@core/graph/testing'
import { type LabDocument } from '@core/lab/document'
import { optimiser } from '@core/program/optimisers/settings'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { baseline as baselineOf } from './evaluation'
import { batchFeeds } from './feeds'
import { createTraining, hashStates, type Training } from './training'
import { dropoutLab as lab, listen, over } from './testing/trainers'
import { Trainer } from './trainer'
import { diskStorage } from '../main/engine/disk-storage'
import { nodeSurroundings } from '../main/engine/surroundings'

/** Reads probes and predictions, as a look does. */
async function glance({ model, task }: Training): Promise<number> {
  const { program, executable } = model.program('inspect', { batch: 2 })
  await executable.run(batchFeeds(program, task.evaluationBatch(0, 2), new Map()), [
    'predictions',
    'probe/multi-head/attention',
  ])
  return model.step
}

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trainer-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

describe.each(engines)('%s', (engine) => {
  async function start(document: LabDocument, { paused = false, restore = false, files = true } = {}) {
    const training = createTraining(await createExecutor(engine, () => undefined), document, null)
    const told = listen()
    const trainer = new Trainer(training, {
      surroundings: nodeSurroundings,
      storage: files ? diskStorage(directory) : null,
      paused,
      listener: told,
    })
    if (restore) await trainer.restore()
    return { training, told, trainer, done: trainer.run() }
  }

  /** Trains to the end and returns the hash of all states. */
  async function trained(document: LabDocument): Promise<string> {
    const { told, trainer, done } = await start(document, { files: false })
    await told.until(over)
    await trainer.end()
    await done
    return told.summaries[0]!.stateHash
  }

  describe('the same seed', () => {
    test('gives the same bytes, whether or not the run is paused, stepped, looked at and evaluated', async () => {
      const { told, trainer, done } = await start(lab(), { paused: true, files: false })
      for (const command of ['step', 'evaluate', 'step', 'resume', 'pause', 'step', 'evaluate', 'step'] as const) {
        await trainer.command(command)
        await trainer.between(glance)
      }
      await trainer.command('resume')
      await trainer.between(glance, 'soon')
      await told.until(over)
      await trainer.end()
      await done
      expect(told.evaluations.length).toBeGreaterThan(3)
      expect(told.summaries[0]!.stateHash).toBe(await trained(lab()))
    })

    test('gives other bytes than another seed', async () => {
      expect(await trained(lab())).not.toBe(await trained(lab({ seed: 2 })))
    })

    test('gives the same bytes after stopping and resuming from the checkpoint', async () => {
      const first = await start(lab(), { paused: true })
      for (let i = 0; i < 17; i++) await first.trainer.command('step')
      expect((await first.trainer.command('stop')).checkpoint).toBe(17)
      await first.trainer.end()
      await first.done

      const second = await start(lab(), { restore: true })
      await second.told.until(over)
      await second.trainer.end()
      await second.done
      expect([...second.told.losses.keys()][0]).toBe(18)
      expect(second.told.summaries[0]!.stateHash).toBe(await trained(lab()))
    })
  })

  test('a run reports every step once, evaluates periodically and summarises at the end', async () => {
    const { told, trainer, done, training } = await start(lab())
    await told.until(over)
    expect([...told.losses.keys()]).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
    expect(told.losses.get(50)!).toBeLessThan(told.losses.get(1)!)
    expect(told.evaluations.map(({ step }) => step)).toEqual([20, 40, 50])
    const { metrics } = told.evaluations.at(-1)!
    const lowest = told.evaluations.reduce((least, each) => (each.loss < least.loss ? each : least))
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
    expect(metrics['accuracy']).toBeGreaterThan(0)
    expect(metrics['accuracy']).toBeLessThanOrEqual(1)
    expect(Object.keys(metrics)).toEqual(['accuracy', 'balancedAccuracy', 'f1Macro', 'exactMatch'])
    expect(told.summaries).toEqual([
      {
        steps: 50,
        loss: told.losses.get(50),
        evaluation: { loss: told.evaluations.at(-1)!.loss, ...metrics },
        parameters: training.model.parameters,
        engine,
        endedEarly: false,
        msPerStep: expect.any(Number) as number,
        stateHash: hashStates(training, nodeSurroundings),
        classes: expect.any(Array) as unknown[],
        best: { step: lowest.step, loss: lowest.loss },
      },
    ])
    const classes = told.summaries[0]!.classes!
    expect(classes.map(({ name }) => name)).toEqual(training.task.spec.classes)
    // The mean recall weighted by support is the accuracy; the baseline predicts a single class.
    const [support, right] = [sum(classes.map((each) => each.support)), sum(classes.map((each) => each.support * each.recall))]
    expect(right / support).toBeCloseTo(metrics['accuracy']!, 10)
    expect(classes.filter(({ baseline }) => baseline.recall > 0).map(({ baseline }) => baseline.recall)).toEqual([1])
    expect(told.statuses.at(-1)).toMatchObject({ state: 'finished', step: 50, checkpoint: 50, problem: null })
    await trainer.end()
    await done
  })

  test('a run reports the baseline with its first evaluation, and keeps it', async () => {
    const { told, trainer, done, training } = await start(lab())
    await told.until(over)
    const known = told.statuses.filter(({ baseline }) => baseline)
    expect(told.statuses[0]!.baseline).toBeUndefined()
    expect(known[0]!.step).toBe(20)
    expect(known.map(({ baseline }) => baseline)).toEqual(known.map(() => baselineOf(training)))
    expect(told.statuses.at(-1)!.baseline).toEqual(baselineOf(training))
    await trainer.end()
    await done
  })

  describe('a paused run', () => {
    let run: Awaited<ReturnType<typeof start>>
    beforeEach(async () => {
      run = await start(lab(), { paused: true })
    })
    afterEach(async () => {
      await run.trainer.end()
      await run.done
    })

    test('takes steps one by one', async () => {
      expect(await run.trainer.command('step')).toMatchObject({ state: 'paused', step: 1 })
      expect(await run.trainer.command('step')).toMatchObject({ state: 'paused', step: 2 })
    })

    test('trains up to a step and pauses there, after the evaluation due then; at once if it is there', async () => {
      const { trainer, told } = run
      await trainer.command('resume', 20)
      await told.until(({ state, step }) => state === 'paused' && step > 0)
      expect(trainer.status).toMatchObject({ state: 'paused', step: 20 })
      expect(told.evaluations.map(({ step }) => step)).toEqual([20])
      await trainer.command('resume', 7)
      await trainer.between(glance)
      expect(trainer.status).toMatchObject({ state: 'paused', step: 20 })
      // The last step ends the training, as ever; without a step to pause at, it does not pause.
      await trainer.command('resume', 21)
      await told.until(({ state, step }) => state === 'paused' && step === 21)
      await trainer.command('resume')
      await told.until(over)
      expect(told.summaries).toHaveLength(1)
    })

    test('runs work of others between two steps, whatever its pace', async () => {
      await run.trainer.command('step')
      for (const pace of ['at once', 'soon', 'sparing'] as const) expect(await run.trainer.between(glance, pace)).toBe(1)
    })

    test('reports an error of such work to its caller only', async () => {
      const broken = run.trainer.between(() => Promise.reject(new LabError('look.empty')))
      await expect(broken).rejects.toMatchObject({ code: 'look.empty' })
      expect(await run.trainer.command('step')).toMatchObject({ state: 'paused', step: 1, problem: null })
    })

    test('changes its learning rate, and the checkpoint keeps it', async () => {
      expect(await run.trainer.tune({ learningRate: 0.5 })).toMatchObject({ learningRate: 0.5 })
      await run.trainer.command('step')
      expect(await run.trainer.command('checkpoint')).toMatchObject({ checkpoint: 1 })
      const other = await start(lab(), { restore: true, paused: true })
      expect(other.trainer.status).toMatchObject({ learningRate: 0.5, step: 1 })
      await other.trainer.end()
      await other.done
    })
  })

  test('weights that could not be written at a stop are written at the end', async () => {
    const { training, trainer, told, done } = await start(lab({ steps: 1000 }))
    await told.until(({ step }) => step >= 3)
    await rm(directory, { recursive: true, force: true })
    const { step, checkpoint } = await trainer.command('stop')
    expect(checkpoint).not.toBe(step)
    await mkdir(directory)
    const written = hashStates(training, nodeSurroundings)
    await trainer.end()
    await done
    const other = await start(lab({ steps: 1000 }), { restore: true, paused: true })
    expect(hashStates(other.training, nodeSurroundings)).toBe(written)
    await other.trainer.end()
    await other.done
  })

  describe('a loss that is not finite', () => {
    test('fails the run, names operation and block, and keeps the state before it', async () => {
      const { told, trainer, done, training } = await start(lab(), { paused: true })
      await trainer.command('step')
      const good = hashStates(training, nodeSurroundings)
      poison(training)
      await trainer.command('step')
      const failed = await told.until(({ state }) => state === 'failed')
      expect(failed).toMatchObject({
        step: 1,
        problem: {
          code: 'run.not-finite',
          node: 'feed-forward',
          params: { step: 2, operation: 'state', block: 'feed-forward', value: 'NaN' },
        },
      })
      // No invalid state was written.
      expect(told.losses.size).toBe(1)
      expect(failed.checkpoint).toBeNull()
      expect(good).not.toBe(hashStates(training, nodeSurroundings))
      await trainer.end()
      await done
    })

    test('names the block that overflowed when the learning rate is far too high', async () => {
      const training = { learningRate: 1e30, clipNorm: null, optimiser: optimiser.parse({ kind: 'sgd' }) }
      const { told, trainer, done } = await start(lab(training))
      const { state, step, problem } = await told.until(over)
      expect([state, step, problem?.code]).toEqual(['failed', 1, 'run.not-finite'])
      expect(lab().graph.nodes.map(({ id }) => id)).toContain(problem?.node)
      await trainer.end()
      await done
    })

    function poison({ model, train }: Training) {
      const { name, value } = train.program.states.find(({ block, role }) => block === 'feed-forward' && role === 'weight')!
      const length = value.shape.reduce((product, size) => product * size, 1)
      model.states.write(new Map([[name, new Float32Array(length).fill(NaN)]]))
    }
  })

  test('rejects a checkpoint of another model', async () => {
    const { trainer, done } = await start(lab(), { paused: true })
    await trainer.command('step')
    await trainer.command('checkpoint')
    await trainer.end()
    await done
    const other = createTraining(await createExecutor(engine, () => undefined), firstModel(12, 3), null)
    const restored = new Trainer(other, {
      surroundings: nodeSurroundings,
      storage: diskStorage(directory),
      paused: true,
      listener: listen(),
    })
    await expect(restored.restore()).rejects.toMatchObject({ code: 'checkpoint.other-model' })
  })

  test.each([
    ['another seed', lab({ seed: 2 }), 'checkpoint.other-run'],
    ['another task', { ...lab(), task: { kind: 'sort', params: {} } }, 'checkpoint.other-run'],
    ['fewer steps', lab({ steps: 1 }), 'checkpoint.damaged'],
  ])('rejects a checkpoint of a run with the same shapes: %s', async (_, document, code) => {
    const { trainer, done } = await start(lab(), { paused: true })
    for (let step = 0; step < 2; step++) await trainer.command('step')
    await trainer.command('checkpoint')
    await trainer.end()
    await done
    await expect(start(document, { restore: true, paused: true })).rejects.toMatchObject({ code })
    const same = await start(lab({ steps: 999 }), { restore: true, paused: true })
    expect(same.trainer.status.step).toBe(2)
    await same.trainer.end()
    await same.done
  })

  test('a checkpoint that cannot be written is reported, and training continues', async () => {
    const { told, trainer, done } = await start(lab(), { paused: true })
    await rm(directory, { recursive: true })
    await trainer.command('step')
    await expect(trainer.command('checkpoint')).rejects.toMatchObject({ code: 'checkpoint.unwritable' })
    expect(await trainer.command('step')).toMatchObject({ state: 'paused', step: 2 })
    expect(told.statuses.at(-1)!.problem!.code).toBe('checkpoint.unwritable')
    await trainer.end()
    await done
  })

  describe('looks during training', () => {
    /** Looks repeatedly, as a page does, until the run ends. */
    async function watch(trainer: Trainer, seen: number[]): Promise<void> {
      while (trainer.status.state === 'running') seen.push(await trainer.between(glance, 'sparing'))
    }

    test('see one step after another, and leave most of the time to training', async () => {
      const { told, trainer, done } = await start(lab({ steps: 100_000, evaluateEvery: 100_000 }), { files: false })
      const seen: number[] = []
      const watching = watch(trainer, seen)
      await vi.waitFor(() => expect(seen.length).toBeGreaterThan(5), 10_000)
      expect(new Set(seen).size).toBe(seen.length)
      expect(told.losses.size).toBeGreaterThan(10 * seen.length)
      await trainer.command('stop')
      await watching
      await trainer.end()
      await done
    })

    test('see a slow model too, and are answered in turn', async () => {
      const { told, trainer, done } = await start(lab({ steps: 100_000, evaluateEvery: 100_000 }), { files: false })
      told.step = () => {
        const end = performance.now() + 20
        while (performance.now() < end); // a step of a large model
      }
      const [one, other]: [number[], number[]] = [[], []]
      const watching = [watch(trainer, one), watch(trainer, other)]
      await vi.waitFor(() => expect(Math.min(one.length, other.length)).toBeGreaterThan(2), 10_000)
      expect(Math.abs(one.length - other.length)).toBeLessThanOrEqual(1)
      await trainer.command('stop')
      await Promise.all(watching)
      await trainer.end()
      await done
    })

    test('are answered before the run ends', async () => {
      const { trainer, done } = await start(lab({ steps: 100_000, evaluateEvery: 100_000 }), { files: false })
      await trainer.between(glance, 'sparing')
      const waiting = trainer.between(glance, 'sparing')
      await trainer.end()
      await done
      expect(await waiting).toBeGreaterThan(0)
    })
  })
})

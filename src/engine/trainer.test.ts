/** The trainer: the same seed gives the same bytes whatever else is asked of it, and a run can be stopped, resumed and mended. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { engines } from '@core/contract/engine'
import { firstModel } from '@core/graph/testing'
import { type LabDocument } from '@core/lab/document'
import { optimiser } from '@core/program/optimisers/settings'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { baseline as baselineOf } from './evaluation'
import { createModel, hashStates, type Model } from './model'
import { dropoutLab as lab, listen, over } from './testing/trainers'
import { Trainer, type Command } from './trainer'
import { diskStorage } from '../main/engine/disk-storage'
import { nodeSurroundings } from '../main/engine/surroundings'

const view = { sample: 1, probes: ['multi-head/attention'], states: ['embedding/table'] }

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trainer-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

describe.each(engines)('%s', (engine) => {
  async function start(document: LabDocument, { paused = false, restore = false, files = true } = {}) {
    const model = await createModel(await createExecutor(engine, () => undefined), document, null)
    const told = listen()
    const trainer = new Trainer(model, {
      surroundings: nodeSurroundings,
      storage: files ? diskStorage(directory) : null,
      paused,
      listener: told,
    })
    if (restore) await trainer.restore()
    return { model, told, trainer, done: trainer.run() }
  }

  /** Trains to the end and gives the hash of all states. */
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
      await trainer.look(view)
      for (const command of ['step', 'evaluate', 'step', 'resume', 'pause', 'step', 'evaluate', 'step'] as Command[])
        await trainer.command(command)
      await trainer.tune({ gates: { 'multi-head/heads': [0, 1] } })
      await trainer.command('resume')
      await told.until(over)
      await trainer.end()
      await done
      expect(told.frames.length).toBeGreaterThan(3)
      expect(told.evaluations.length).toBeGreaterThan(3)
      expect(told.summaries[0]!.stateHash).toBe(await trained(lab()))
    })

    test('gives other bytes than another seed', async () => {
      expect(await trained(lab())).not.toBe(await trained(lab({ seed: 2 })))
    })

    test('gives the same bytes after stopping and going on from the checkpoint', async () => {
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

  test('a run tells every step once, evaluates on the way and sums up at the end', async () => {
    const { told, trainer, done, model } = await start(lab())
    await told.until(over)
    expect([...told.losses.keys()]).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
    expect(told.losses.get(50)!).toBeLessThan(told.losses.get(1)!)
    expect(told.evaluations.map(({ step }) => step)).toEqual([20, 40, 50])
    const { metrics } = told.evaluations.at(-1)!
    expect(metrics['accuracy']).toBeGreaterThan(0)
    expect(metrics['accuracy']).toBeLessThanOrEqual(1)
    expect(Object.keys(metrics)).toEqual(['accuracy', 'balancedAccuracy', 'f1Macro', 'exactMatch'])
    expect(told.summaries).toEqual([
      {
        steps: 50,
        loss: told.losses.get(50),
        evaluation: { loss: told.evaluations.at(-1)!.loss, ...metrics },
        parameters: model.parameters,
        engine,
        endedEarly: false,
        msPerStep: expect.any(Number) as number,
        stateHash: hashStates(model, nodeSurroundings),
      },
    ])
    expect(told.statuses.at(-1)).toMatchObject({ state: 'finished', step: 50, checkpoint: 50, problem: null })
    await trainer.end()
    await done
  })

  test('a run tells the baseline with its first evaluation, and keeps it', async () => {
    const { told, trainer, done, model } = await start(lab())
    await told.until(over)
    const known = told.statuses.filter(({ baseline }) => baseline)
    expect(told.statuses[0]!.baseline).toBeUndefined()
    expect(known[0]!.step).toBe(20)
    expect(known.map(({ baseline }) => baseline)).toEqual(known.map(() => baselineOf(model)))
    expect(told.statuses.at(-1)!.baseline).toEqual(baselineOf(model))
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

    test('answers a view at once, with probes of the chosen sample alone', async () => {
      await run.trainer.look(view)
      const [frame] = run.told.frames
      expect(frame).toMatchObject({ step: 0, sample: 1 })
      expect(frame!.predictions).toHaveLength(8)
      for (const { tokens, targets, predictions } of frame!.predictions) {
        expect(tokens).not.toContain(0) // padding
        expect([targets.length, predictions.length]).toEqual([tokens.length, tokens.length])
      }
      const weights = frame!.probes['multi-head/attention']!
      expect(weights.axes).toEqual(['head', 'query', 'key'])
      expect(weights.data.length).toBe(weights.shape.reduce((product, size) => product * size, 1))
      // A row of attention weights sums to 1.
      expect(weights.data.subarray(0, weights.shape[2]).reduce((total, x) => total + x, 0)).toBeCloseTo(1, 5)
      expect(frame!.states['embedding/table']!.shape.length).toBe(2)
    })

    test('shows each sample its own part', async () => {
      const probes = async (sample: number) => {
        await run.trainer.look({ ...view, sample })
        return run.told.frames.at(-1)!.probes['multi-head/attention']!.data
      }
      expect(await probes(0)).not.toEqual(await probes(1))
      expect(await probes(1)).toEqual(await probes(1))
    })

    test('leaves out what the model does not know', async () => {
      await run.trainer.look({ sample: 1000, probes: ['nobody/weights'], states: ['nobody/w'] })
      expect(run.told.frames[0]).toMatchObject({ sample: 7, probes: {}, states: {} })
    })

    test('shows at once what muting a head does', async () => {
      await run.trainer.look({ ...view, probes: run.model.inspect.program.probes.map(({ name }) => name) })
      await run.trainer.tune({ gates: { 'multi-head/heads': [0, 0] } })
      const [before, after] = run.told.frames
      const changed = Object.keys(before!.probes).filter(
        (name) => before!.probes[name]!.data.join() !== after!.probes[name]!.data.join(),
      )
      expect(changed.length).toBeGreaterThan(0)
      expect(changed).not.toContain('multi-head/attention')
    })

    test.each([
      [{ 'nobody/heads': [1] }, 'run.unknown-gate'],
      [{ 'multi-head/heads': [1] }, 'run.gate-size'],
    ])('refuses gates that do not fit: %o', async (gates, code) => {
      await expect(run.trainer.tune({ gates })).rejects.toMatchObject({ code })
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

  describe('a loss that is no number', () => {
    test('stops the run, names operation and block, and keeps the state before it', async () => {
      const { told, trainer, done, model } = await start(lab(), { paused: true })
      await trainer.command('step')
      const good = hashStates(model, nodeSurroundings)
      poison(model)
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
      // Nothing that went wrong was written.
      expect(told.losses.size).toBe(1)
      expect(failed.checkpoint).toBeNull()
      expect(good).not.toBe(hashStates(model, nodeSurroundings))
      await trainer.end()
      await done
    })

    test('names the block that overflowed when the learning rate is beyond all bounds', async () => {
      const training = { learningRate: 1e30, clipNorm: null, optimiser: optimiser.parse({ kind: 'sgd' }) }
      const { told, trainer, done } = await start(lab(training))
      const { state, step, problem } = await told.until(over)
      expect([state, step, problem?.code]).toEqual(['failed', 1, 'run.not-finite'])
      expect(lab().graph.nodes.map(({ id }) => id)).toContain(problem?.node)
      await trainer.end()
      await done
    })

    function poison({ states, train }: Model) {
      const { name, value } = train.program.states.find(({ block, role }) => block === 'feed-forward' && role === 'weight')!
      const length = value.shape.reduce((product, size) => product * size, 1)
      states.write(new Map([[name, new Float32Array(length).fill(NaN)]]))
    }
  })

  test('a checkpoint of another model is refused', async () => {
    const { trainer, done } = await start(lab(), { paused: true })
    await trainer.command('step')
    await trainer.command('checkpoint')
    await trainer.end()
    await done
    const other = await createModel(await createExecutor(engine, () => undefined), firstModel(12, 3), null)
    const restored = new Trainer(other, {
      surroundings: nodeSurroundings,
      storage: diskStorage(directory),
      paused: true,
      listener: listen(),
    })
    await expect(restored.restore()).rejects.toMatchObject({ code: 'checkpoint.other-model' })
  })

  test('a checkpoint that cannot be written is told, and training goes on', async () => {
    const { told, trainer, done } = await start(lab(), { paused: true })
    await rm(directory, { recursive: true })
    await trainer.command('step')
    await expect(trainer.command('checkpoint')).rejects.toMatchObject({ code: 'checkpoint.unwritable' })
    expect(await trainer.command('step')).toMatchObject({ state: 'paused', step: 2 })
    expect(told.statuses.at(-1)!.problem!.code).toBe('checkpoint.unwritable')
    await trainer.end()
    await done
  })

  test('views cost a twentieth of the time at most, and none while the viewer is behind', async () => {
    const { told, trainer, done } = await start(lab({ steps: 100_000, evaluateEvery: 100_000 }), { files: false })
    await trainer.look(view)
    await vi.waitFor(() => expect(told.frames.length).toBeGreaterThan(5), 10_000)
    const steps = told.frames.map(({ step }) => step)
    expect(new Set(steps).size).toBe(steps.length)
    told.wantsFrame = () => false
    const [frames, began] = [told.frames.length, told.losses.size]
    await vi.waitFor(() => expect(told.losses.size).toBeGreaterThan(began + 50), 10_000)
    expect(told.frames.length).toBe(frames)
    await trainer.command('stop')
    await trainer.end()
    await done
  })

  test('a slow model is seen, too: each step is still on its way when the next view would be due', async () => {
    const { told, trainer, done } = await start(lab({ steps: 100_000, evaluateEvery: 100_000 }), { files: false })
    let underWay = 0
    told.wantsFrame = () => underWay === 0
    told.step = () => {
      underWay++
      setImmediate(() => underWay--)
      const end = performance.now() + 20
      while (performance.now() < end); // a step of a large model
    }
    await trainer.look(view)
    await vi.waitFor(() => expect(told.frames.length).toBeGreaterThan(3), 10_000)
    await trainer.command('stop')
    await trainer.end()
    await done
  })
})

/** Compares a muted model with the unchanged one on the same samples, without side effects. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { engines } from '@core/contract/engine'
import { newAbort } from '@core/contract/cancel'
import { lookRequest } from '@core/contract/look'
import type { LabDocument } from '@core/lab/document'
import { parseLab } from '@core/lab/read'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { nodeSurroundings } from '../main/engine/surroundings'
import { assess } from './assess'
import { evaluate, thorough } from './evaluation'
import type { Executor } from './executor'
import { look } from './look/look'
import { dateLab } from './testing/decoders'
import { dropoutLab, listen, over } from './testing/trainers'
import { Trainer } from './trainer'
import { createTraining, hashStates, type Training } from './training'
import { trainStep } from './training-step'

/** Learns quickly to reverse whole sequences, which it cannot do without attention. */
const singleHead = parseLab(readFileSync(join(import.meta.dirname, '../../resources/labs/single-head.json'), 'utf8'))
const muted = { 'multi-head/heads': [0, 0] }

describe.each(engines)('%s', (engine) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor(engine, () => undefined)
  })
  const made: Training[] = []
  afterEach(() => made.splice(0).forEach(({ model }) => model.dispose()))
  async function trained(steps: number, document: LabDocument = dropoutLab({ learningRate: 0.02 })): Promise<Training> {
    const training = createTraining(executor, document, null)
    made.push(training)
    for (let step = 1; step <= steps; step++) await trainStep(training)
    return training
  }
  const figures = (training: Training, gates = new Map<string, Float32Array>()) =>
    evaluate(training, gates, thorough, () => Promise.resolve('go on'))

  test('plain and changed equal two separate evaluations of all validation samples', async () => {
    const training = await trained(20)
    const { step, samples, plain, changed } = await assess(training, muted)
    expect([step, samples]).toEqual([20, training.task.spec.validation])
    expect({ step, ...plain }).toEqual(await figures(training))
    expect({ step, ...changed }).toEqual(await figures(training, new Map([['multi-head/heads', Float32Array.of(0, 0)]])))
    expect(changed.loss).not.toBe(plain.loss)
  })

  test('without a change, no sample breaks and none is fixed', async () => {
    const { plain, changed, broken, fixed } = await assess(await trained(5), { 'multi-head/heads': [1, 1] })
    expect(changed).toEqual(plain)
    expect([broken, fixed]).toEqual([
      { count: 0, samples: [] },
      { count: 0, samples: [] },
    ])
  })

  test('a broken sample was fully right before the change, as a look at it shows', async () => {
    const training = await trained(300, singleHead)
    const without = { 'attention/output': [0] }
    const { broken, fixed } = await assess(training, without)
    expect(broken.count).toBeGreaterThan(3)
    const isRight = async (sample: number, mutes: object) => {
      const [seen] = (await look(training, lookRequest.parse({ inputs: [{ sample }], mutes }))).seen
      return seen!.predictions.join() === seen!.targets!.join()
    }
    for (const sample of broken.samples.slice(0, 5)) {
      expect([await isRight(sample, {}), await isRight(sample, without)]).toEqual([true, false])
    }
    for (const sample of fixed.samples.slice(0, 5)) {
      expect([await isRight(sample, {}), await isRight(sample, without)]).toEqual([false, true])
    }
    // No other sample changed from right to wrong.
    const others = [...Array(20).keys()].filter((sample) => !broken.samples.includes(sample))
    for (const sample of others) expect((await isRight(sample, {})) && !(await isRight(sample, without))).toBe(false)
  })

  test('for generated sequences, the free-running output counts', async () => {
    const training = await trained(30, dateLab())
    const { plain, samples } = await assess(training, {}, { extent: { batches: 2, sequences: 16 } })
    expect(Object.keys(plain.metrics)).toContain('freeAccuracy')
    expect(samples).toBe(16)
  })

  test('rejects gates that the model does not have, before any evaluation', async () => {
    const training = await trained(0)
    await expect(assess(training, { 'missing/heads': [1] })).rejects.toMatchObject({ code: 'run.unknown-gate' })
    await expect(assess(training, { 'multi-head/heads': [1] })).rejects.toMatchObject({ code: 'run.gate-size' })
  })

  test('can be cancelled between two batches', async () => {
    const { signal, abort } = newCall()
    let batches = 0
    const turn = () => {
      if (++batches === 2) abort()
      return Promise.resolve()
    }
    await expect(assess(await trained(0), muted, { signal, turn })).rejects.toMatchObject({ code: 'cancelled' })
    expect(batches).toBe(2)
  })

  test('changes no byte while a run trains, and is not recorded', async () => {
    const document = dropoutLab({ steps: 12, evaluateEvery: 6 })
    async function run(watch: (trainer: Trainer) => Promise<void>) {
      const training = createTraining(executor, document, null)
      const told = listen()
      const options = { surroundings: nodeSurroundings, storage: null, paused: true, listener: told }
      const trainer = new Trainer(training, options)
      const done = trainer.run()
      for (let step = 1; step <= 4; step++) {
        await trainer.command('step')
        await watch(trainer)
      }
      await trainer.command('resume')
      await told.until(over)
      await trainer.end()
      await done
      return told
    }
    const alone = await run(() => Promise.resolve())
    const watched = await run(async (trainer) => {
      const { step } = await trainer.between((training) => assess(training, muted))
      expect(step).toBe(trainer.status.step)
      const { states } = await trainer.between(async (training) => ({ states: hashStates(training, nodeSurroundings) }))
      expect(states).toMatch(/^[0-9a-f]{64}$/)
    })
    expect(watched.summaries[0]!.stateHash).toBe(alone.summaries[0]!.stateHash)
    expect(watched.evaluations).toEqual(alone.evaluations)
  })
})

function newCall() {
  const call = newAbort()
  return { signal: call.signal, abort: () => call.abort() }
}

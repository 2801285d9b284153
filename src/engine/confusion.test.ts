/** The confusion of a model agrees with its metrics and with looks at the samples, and leaves no trace. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { newAbort } from '@core/contract/cancel'
import { engines } from '@core/contract/engine'
import { lookRequest } from '@core/contract/look'
import { firstModel } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import { parseLab } from '@core/lab/read'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { nodeSurroundings } from '../main/engine/surroundings'
import { confusion } from './confusion'
import { namedClasses, tallied, thorough } from './evaluation'
import type { Executor } from './executor'
import { look } from './look/look'
import { createTraining, hashStates, type Training } from './training'
import { trainStep } from './training-step'

const labOf = (id: string) => parseLab(readFileSync(join(import.meta.dirname, `../../resources/labs/${id}.json`), 'utf8'))
/** A batch size that divides the validation set, so that no sample is repeated in its last batch. */
const even = (document: LabDocument, batchSize = 50): LabDocument => ({
  ...document,
  training: { ...document.training, batchSize, learningRate: 0.01 },
})

describe.each(engines)('%s', (engine) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor(engine, () => undefined)
  })
  const made: Training[] = []
  afterEach(() => made.splice(0).forEach(({ model }) => model.dispose()))
  async function trained(steps: number, document: LabDocument): Promise<Training> {
    const training = createTraining(executor, document, null)
    made.push(training)
    for (let step = 1; step <= steps; step++) await trainStep(training)
    return training
  }

  test.each([
    ['a class per token', 'pos-tagging'],
    ['a class per sequence', 'sentiment'],
    ['several labels per sequence', 'topics'],
  ])('%s: the classes have the scores of the evaluation and its baseline', async (_, id) => {
    const training = await trained(15, even(labOf(id)))
    const { step, samples, total, classes, cells } = await confusion(training, {})
    const { validation, signature } = training.task.spec
    expect([step, samples, total]).toEqual([15, validation, signature.classes])
    const tally = await tallied(training, new Map(), thorough, () => Promise.resolve('go on'))
    const scores = classes.map(({ name, support, precision, recall, f1, baseline }) => ({
      ...{ name, support, precision, recall, f1, baseline },
    }))
    expect(scores).toEqual(namedClasses(training, tally!.classes))
    const right = cells.filter(({ target, prediction }) => target === prediction).map(({ count }) => count)
    const all = cells.reduce((sum, { count }) => sum + count, 0)
    if (signature.aim === 'labels') expect(cells).toEqual([])
    else expect(right.reduce((sum, count) => sum + count, 0) / all).toBeCloseTo(tally!.scores.metrics['accuracy']!, 12)
  })

  test('a cell names the samples in which a look shows that confusion', async () => {
    const training = await trained(10, even(firstModel()))
    const mutes = { 'multi-head/heads': [0, 1] }
    const { cells } = await confusion(training, mutes)
    const wrong = cells.filter(({ target, prediction }) => target !== prediction).slice(0, 5)
    expect(wrong.length).toBeGreaterThan(0)
    for (const { target, prediction, samples } of wrong) {
      for (const sample of samples.slice(0, 3)) {
        const [seen] = (await look(training, lookRequest.parse({ inputs: [{ sample }], mutes }))).seen
        const places = [...seen!.targets!.keys()]
        expect(places.some((at) => seen!.targets![at] === target && seen!.predictions[at] === prediction)).toBe(true)
      }
    }
  })

  test('each sample counts once, although the last batch repeats some', async () => {
    const training = await trained(0, even(labOf('recall-attention'), 48))
    const { samples, cells } = await confusion(training, {})
    const { validation, signature } = training.task.spec
    expect([signature.padded, validation % 48 === 0]).toEqual([false, false])
    expect(samples).toBe(validation)
    expect(cells.reduce((sum, { count }) => sum + count, 0)).toBe(validation)
  })

  test('changes no weight', async () => {
    const training = await trained(3, even(firstModel()))
    const before = hashStates(training, nodeSurroundings)
    await confusion(training, { 'multi-head/heads': [0, 0] })
    expect(hashStates(training, nodeSurroundings)).toBe(before)
  })

  test('is refused for tasks without classes and for unknown gates, and can be cancelled', async () => {
    for (const id of ['adding', 'tiny-gpt', 'dates'])
      await expect(confusion(await trained(0, labOf(id)), {})).rejects.toMatchObject({ code: 'confusion.no-classes' })
    const training = await trained(0, even(firstModel()))
    await expect(confusion(training, { 'missing/heads': [1] })).rejects.toMatchObject({ code: 'run.unknown-gate' })
    const call = newAbort()
    const turn = () => {
      call.abort()
      return Promise.resolve()
    }
    await expect(confusion(training, {}, { signal: call.signal, turn })).rejects.toMatchObject({ code: 'cancelled' })
  })
})

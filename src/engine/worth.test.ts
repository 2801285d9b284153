/** What each part is worth is what muting it changes, also on top of other mutes. */
import { newAbort } from '@core/contract/cancel'
import { engines } from '@core/contract/engine'
import { firstModel, lab } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { nodeSurroundings } from '../main/engine/surroundings'
import { assess } from './assess'
import { quick } from './evaluation'
import type { Executor } from './executor'
import { dateLab } from './testing/decoders'
import { createTraining, hashStates, type Training } from './training'
import { trainStep } from './training-step'
import { measureWorth } from './worth'

describe.each(engines)('%s', (engine) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor(engine, () => undefined)
  })
  const made: Training[] = []
  afterEach(() => made.splice(0).forEach(({ model }) => model.dispose()))
  async function trained(document: LabDocument, steps: number): Promise<Training> {
    const training = createTraining(executor, document, null)
    made.push(training)
    for (let step = 1; step <= steps; step++) await trainStep(training)
    return training
  }

  test('every block and every head, but no single neuron, each as a separate evaluation says', async () => {
    const model = firstModel(16, 2)
    const training = await trained({ ...model, training: { ...model.training, learningRate: 0.01, batchSize: 16 } }, 400)
    const before = hashStates(training, nodeSurroundings)
    const { step, evaluated, whole, parts } = await measureWorth(training, {})
    expect(hashStates(training, nodeSurroundings)).toBe(before)
    expect([step, evaluated]).toEqual([400, Math.min(512, training.task.spec.validation)])
    expect(parts.map(({ gate, index }) => [gate, index])).toEqual([
      ['embedding/output', null],
      ['position/encoding', null],
      ['multi-head/heads', null],
      ['multi-head/heads', 0],
      ['multi-head/heads', 1],
      ['add/a', null],
      ['add/b', null],
      ['norm/output', null],
      ['feed-forward/output', null],
    ])
    for (const { gate, index, importance, accuracyDrop } of parts) {
      const values = gate.endsWith('/heads') ? [0, 1].map((each) => Number(index !== null && index !== each)) : [0]
      const { plain, changed } = await assess(training, { [gate]: values }, { extent: quick })
      expect(plain).toEqual(whole)
      expect(importance).toBe(changed.loss - plain.loss)
      expect(accuracyDrop).toBe(plain.metrics['accuracy']! - changed.metrics['accuracy']!)
    }
    expect(Math.max(...parts.map(({ accuracyDrop }) => accuracyDrop!))).toBeGreaterThan(0.2)
  })

  test('with something muted: what each is worth in addition, without what is muted', async () => {
    const training = await trained(firstModel(), 40)
    const mutes = { 'multi-head/heads': [0, 1], 'feed-forward/output': [1] }
    const { whole, parts } = await measureWorth(training, mutes)
    const { changed } = await assess(training, mutes, { extent: quick })
    expect(whole).toEqual(changed)
    const named = parts.map(({ gate, index }) => `${gate} ${index ?? 'all'}`)
    expect(named).toContain('multi-head/heads 1')
    expect(named).not.toContain('multi-head/heads 0')
    expect(named).toContain('feed-forward/output all')
    // The other head is all that is left of the block.
    const [all, other] = ['all', '1'].map((name) => parts[named.indexOf(`multi-head/heads ${name}`)]!)
    expect(all!.importance).toBe(other!.importance)
    const fully = await measureWorth(training, { 'multi-head/heads': [0, 0], 'add/b': [0] })
    expect(fully.parts.some(({ gate }) => gate === 'multi-head/heads' || gate === 'add/b')).toBe(false)
  })

  test('a model that generates is teacher-forced, and a predicted number counts as right within its tolerance', async () => {
    const told: number[] = []
    const dates = await trained(dateLab(), 3)
    const { parts } = await measureWorth(
      dates,
      {},
      {
        turn: (done, of) => {
          told.push(done / of)
          return Promise.resolve()
        },
      },
    )
    expect(parts.length).toBeGreaterThan(4)
    expect(told.at(-1)).toBe(1)
    const sums = {
      ...lab(
        ['numbers', ['linear', { width: 8 }], 'self-attention', 'pool', 'regression'],
        ['numbers.y > linear.x', 'linear.y > self-attention.x', 'self-attention.y > pool.x', 'pool.y > regression.x'],
      ),
      task: { kind: 'adding', params: {} },
    }
    const numbers = await measureWorth(await trained(sums, 3), {})
    expect(numbers.parts.map(({ gate }) => gate)).toEqual([
      ...['numbers/output', 'linear/output', 'self-attention/output', 'pool/output'],
    ])
    expect(numbers.parts.every(({ accuracyDrop }) => Number.isFinite(accuracyDrop))).toBe(true)
  })

  test('is cancelled between two pieces, and refuses unknown gates', async () => {
    const training = await trained(firstModel(), 1)
    const abort = newAbort()
    const turn = (done: number) => {
      if (done === 2) abort.abort()
      return Promise.resolve()
    }
    await expect(measureWorth(training, {}, { signal: abort.signal, turn })).rejects.toMatchObject({ code: 'cancelled' })
    await expect(measureWorth(training, { 'no/gate': [0] })).rejects.toMatchObject({ code: 'run.unknown-gate' })
  })
})

/** Gradient accumulation: a step that averages several batches equals a step on one batch of their total size. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { engines } from '@core/contract/engine'
import { firstModel } from '@core/graph/testing'
import { training as trainingSettings, type LabDocument, type Training as Settings } from '@core/lab/document'
import { optimiser } from '@core/program/optimisers/settings'
import type { Batch } from '@core/tasks/types'
import { afterEach, describe, expect, test } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { createTraining, hashStates, type Training } from './training'
import { dropoutLab, listen, over } from './testing/trainers'
import { Trainer } from './trainer'
import { trainStep } from './training-step'
import { diskStorage } from '../main/engine/disk-storage'
import { nodeSurroundings } from '../main/engine/surroundings'

const withTraining = (document: LabDocument, change: Partial<Settings>): LabDocument => ({
  ...document,
  training: trainingSettings.parse({ ...document.training, ...change }),
})

/** Concatenates the rows of all batches. */
function joined(batches: readonly Batch[]): Batch {
  const tokens = (part: (batch: Batch) => ArrayLike<number>) =>
    Int32Array.from(batches.flatMap((each) => Array.from(part(each))))
  const mask = Float32Array.from(batches.flatMap((each) => Array.from(each.mask!)))
  return { tokens: tokens((each) => each.tokens), targets: tokens((each) => each.targets), mask }
}

describe.each(engines)('%s', (engine) => {
  const made: Training[] = []
  afterEach(() => made.splice(0).forEach(({ model }) => model.dispose()))
  async function modelOf(document: LabDocument): Promise<Training> {
    const training = createTraining(await createExecutor(engine, () => undefined), document, null)
    training.learningRate = 0.01
    made.push(training)
    return training
  }

  test.each(['adamw', 'sgd'] as const)('four batches of 4 equal one of 16, whatever their padding: %s', async (kind) => {
    const change = { optimiser: optimiser.parse({ kind, weightDecay: 0.1 }), clipNorm: 0.5 }
    const parts = await modelOf(withTraining(firstModel(), { ...change, batchSize: 4, accumulate: 4 }))
    const whole = await modelOf(withTraining(firstModel(), { ...change, batchSize: 16 }))
    const { task } = parts
    const large: Training = {
      ...whole,
      task: {
        ...whole.task,
        trainBatch: (seed, step) => joined([1, 2, 3, 4].map((part) => task.trainBatch(seed, 4 * (step - 1) + part, 4))),
      },
    }
    for (let step = 1; step <= 5; step++) {
      const [left, right] = [await trainStep(parts), await trainStep(large)]
      expect(left.loss).toBeCloseTo(right.loss, 5)
      expect(left.accuracy).toBeCloseTo(right.accuracy, 6)
    }
    const [ours, theirs] = [parts.model.states.read(), whole.model.states.read()]
    for (const { name, role } of whole.train.program.states) {
      // Softmax is invariant to the key bias: its gradient is rounding noise, which Adam scales up to full steps.
      if (role !== 'weight' || name.endsWith('key-bias')) continue
      ours.get(name)!.forEach((x, i) => expect(Math.abs(x - theirs.get(name)![i]!)).toBeLessThan(2e-4))
    }
  })

  test('leaves no gradient behind, so a run resumed from its checkpoint gives the same bytes', async () => {
    const document = withTraining(dropoutLab(), { accumulate: 3, steps: 12, evaluateEvery: 5 })
    const directory = await mkdtemp(join(tmpdir(), 'accumulation-'))
    async function trained(stopAfter: number, restore = false) {
      const training = createTraining(await createExecutor(engine, () => undefined), document, null)
      const told = listen()
      const paused = stopAfter < 12
      const trainer = new Trainer(training, {
        surroundings: nodeSurroundings,
        storage: stopAfter < 12 || restore ? diskStorage(directory) : null,
        paused,
        listener: told,
      })
      if (restore) await trainer.restore()
      const done = trainer.run()
      if (paused) {
        for (let i = 0; i < stopAfter; i++) await trainer.command('step')
        const sums = [...training.model.states.read()].filter(([name]) => name.startsWith('optimiser/gradient/'))
        expect(sums.length).toBeGreaterThan(10)
        expect(sums.every(([, data]) => data.every((x) => x === 0))).toBe(true)
        await trainer.command('stop')
      } else await told.until(over)
      await trainer.end()
      await done
      return told.summaries[0]?.stateHash
    }
    const expected = await trained(12)
    await trained(7)
    expect(await trained(12, true)).toBe(expected)
    await rm(directory, { recursive: true })
  })

  test.each(['layer', 'batch'])(
    'a batch with a loss that is not finite leaves all states as before the step, with %s norm',
    async (method) => {
      const nodes = firstModel().graph.nodes.map((node) =>
        node.kind === 'norm' ? { ...node, params: { ...node.params, method } } : node,
      )
      const document = { ...firstModel(), graph: { ...firstModel().graph, nodes } }
      const training = await modelOf(withTraining(document, { batchSize: 4, accumulate: 3 }))
      await trainStep(training)
      const before = hashStates(training, nodeSurroundings)
      const good = training.task.trainBatch.bind(training.task)
      const masked: Training = {
        ...training,
        task: {
          ...training.task,
          trainBatch: (seed, draw, size) => {
            const batch = good(seed, draw, size)
            return draw === 5 ? { ...batch, mask: batch.mask!.map(() => NaN) } : batch
          },
        },
      }
      await expect(trainStep(masked)).rejects.toMatchObject({ code: 'run.not-finite', params: { step: 2 } })
      expect(hashStates(training, nodeSurroundings)).toBe(before)
      await trainStep(training)
      expect(hashStates(training, nodeSurroundings)).not.toBe(before)
    },
  )
})

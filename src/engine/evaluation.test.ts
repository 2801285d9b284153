/** Validation metrics: independent of the batch size, and consistent with the loss. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { firstModel } from '@core/graph/testing'
import { parseLab } from '@core/lab/read'
import { Counts } from '@core/metrics/counts'
import { metricsOf } from '@core/metrics/table'
import { describe, expect, it } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { baseline, batchesWithin, evaluate, evaluationBatch, quick } from './evaluation'
import { batchFeeds } from './feeds'
import { createTraining, type Training } from './training'

/** Evaluates the initial model with a batch size. */
async function judged(batchSize: number) {
  const document = firstModel()
  const lab = { ...document, training: { ...document.training, batchSize } }
  const model = createTraining(await createExecutor('auto', () => undefined), lab, null)
  let batches = 0
  const evaluation = await evaluate(model, new Map(), quick, () => Promise.resolve(batches++ < 1000 ? 'go on' : 'give up'))
  model.model.dispose()
  return { ...evaluation!, batches }
}

it('evaluates as many sequences between steps with batches of one as with large ones', async () => {
  const [single, many] = [await judged(1), await judged(64)]
  expect([single.batches, many.batches]).toEqual([500, 8])
  expect(single.loss).toBeCloseTo(many.loss, 4)
  expect(single.metrics['accuracy']).toBeCloseTo(many.metrics['accuracy']!, 4)
})

it.each([
  [1, 10_000, 512],
  [32, 10_000, 16],
  [500, 10_000, 16],
  [1, 20, 20],
])('with a batch size of %d and %d batches available, evaluates %d', (size, available, batches) => {
  expect(batchesWithin(quick, size, available)).toBe(batches)
})

describe.each(['pos-tagging', 'associative-recall', 'sentiment', 'topics', 'adding', 'tiny-gpt', 'dates'])('%s', (id) => {
  const lab = parseLab(readFileSync(join(import.meta.dirname, `../../resources/labs/${id}.json`), 'utf8'))
  const withTraining = async (use: (training: Training) => Promise<void>) => {
    const training = createTraining(await createExecutor('auto', () => undefined), lab, null)
    try {
      await use(training)
    } finally {
      training.model.dispose()
    }
  }

  it('metrics count the same tokens as the loss', () =>
    withTraining(async ({ model, task }) => {
      const { program, executable } = model.program('evaluate', { batch: evaluationBatch(model.lab, task.spec) })
      const [size = 0] = program.inputs.find(({ name }) => name === 'targets')!.value.shape
      const counts = new Counts(task.spec.signature)
      let counted = 0
      for (const index of [0, task.evaluationBatches(size) - 1]) {
        const batch = task.evaluationBatch(index, size)
        counted += (await executable.run(batchFeeds(program, batch, new Map()), ['metric/loss/count'])).get(
          'metric/loss/count',
        )![0]!
        counts.add(batch, batch.targets)
      }
      expect(counts.answers).toBe(counted)
      expect(counts.right).toBe(counted)
    }))

  it('an evaluation and the baseline have exactly the metrics of the task, in its order', () =>
    withTraining(async (training) => {
      const names = metricsOf(training.task.spec.signature)
      const evaluation = await evaluate(training, new Map(), { batches: 1, sequences: 1 }, () => Promise.resolve('go on'))
      expect(Object.keys(evaluation!.metrics)).toEqual(names)
      expect(Object.keys(baseline(training))).toEqual(names)
      for (const value of Object.values({ ...evaluation!.metrics, ...baseline(training) }))
        expect(value).toBeGreaterThanOrEqual(0)
    }))
})

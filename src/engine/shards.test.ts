/** Batches divided into shards: what is computed is that of the whole batch, up to rounding; and the same bytes wherever. */
import { engines } from '@core/contract/engine'
import { firstModel } from '@core/graph/testing'
import { training as trainingSettings, type LabDocument, type Training as Settings } from '@core/lab/document'
import { afterEach, describe, expect, test } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { createTraining, type Training } from './training'
import { dropoutLab } from './testing/trainers'
import { trainStep } from './training-step'
import { shardSizes } from './shards'

const withTraining = (document: LabDocument, change: Partial<Settings>): LabDocument => ({
  ...document,
  training: trainingSettings.parse({ ...document.training, ...change }),
})

test('sizes differ by one at most', () => {
  expect(shardSizes(10, 4)).toEqual([3, 3, 2, 2])
  expect(shardSizes(4, 4)).toEqual([1, 1, 1, 1])
})

describe.each(engines)('%s', (engine) => {
  const made: Training[] = []
  afterEach(() => made.splice(0).forEach(({ model }) => model.dispose()))
  async function modelOf(document: LabDocument): Promise<Training> {
    const training = createTraining(await createExecutor(engine, () => undefined), document, null)
    made.push(training)
    return training
  }

  test.each([
    ['dropout', dropoutLab({ batchSize: 7 })],
    ['no clipping', withTraining(firstModel(), { batchSize: 5, clipNorm: null })],
    ['accumulation', withTraining(dropoutLab({ batchSize: 5 }), { accumulate: 2 })],
  ])('shards against the whole batch over steps, with %s', async (_, document) => {
    const whole = await modelOf(document)
    for (const shards of [2, 3, 4]) {
      const parts = await modelOf(withTraining(document, { shards }))
      for (let step = 1; step <= 10; step++) {
        const [left, right] = [await trainStep(parts), step <= whole.model.step ? null : await trainStep(whole)]
        if (right) expect(Math.abs(left.loss - right.loss) / right.loss).toBeLessThan(1e-5)
        if (right) expect(Math.abs(left.gradientNorm - right.gradientNorm) / right.gradientNorm).toBeLessThan(1e-4)
        if (right) expect(left.accuracy).toBeCloseTo(right.accuracy, 6)
      }
    }
  })
})

/** A figure on unseen data does not hang on how large the batches are. */
import { firstModel } from '@core/graph/testing'
import { expect, it } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { batchesWithin, evaluate, quick } from './evaluation'
import { createModel, disposeModel } from './model'

/** The model as it begins, in batches of a size. */
async function judged(batchSize: number) {
  const document = firstModel()
  const lab = { ...document, training: { ...document.training, batchSize } }
  const model = await createModel(await createExecutor('auto', () => undefined), lab, null)
  let batches = 0
  const evaluation = await evaluate(model, 0, new Map(), quick, () => Promise.resolve(batches++ < 1000 ? 'go on' : 'give up'))
  disposeModel(model)
  return { ...evaluation!, batches }
}

it('looks at as many sequences between steps, one at a time or many', async () => {
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
])('in batches of %d, of %d there are, it looks at %d', (size, available, batches) => {
  expect(batchesWithin(quick, size, available)).toBe(batches)
})

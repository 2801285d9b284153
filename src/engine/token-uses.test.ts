/** Tokens are counted over the samples of an evaluation, each once; a second count by other means agrees. */
import { dropoutLab } from './testing/trainers'
import { createTask } from '@core/tasks'
import { expect, test } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { tokenUses } from './token-uses'
import { createTraining } from './training'

test('of a padded task, sample by sample', async () => {
  const document = dropoutLab()
  const training = createTraining(await createExecutor('tfjs', () => undefined), document, null)
  const { samples, counts, classes } = tokenUses(training, 'tokens')
  training.model.dispose()
  const task = createTask(document.task, null)
  const { validation, signature } = task.spec
  expect(samples).toBe(validation)
  const expected = new Map<number, number>()
  for (let index = 0; index < validation; index++) {
    const { tokens, mask } = task.evaluationBatch(index, 1)
    tokens.forEach((id, at) => {
      if (!mask || mask[at] !== 0) expected.set(id, (expected.get(id) ?? 0) + 1)
    })
  }
  expect(Array.from(counts)).toEqual(Array.from({ length: signature.vocabulary }, (_, id) => expected.get(id) ?? 0))
  expect(classes!.most).toHaveLength(signature.vocabulary)
})

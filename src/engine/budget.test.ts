import { expect, it } from 'vitest'
import { standardLab, standardModels, standardText } from '@core/models/standard-models'
import { createTask } from '@core/tasks'
import { budgetOf, type Trial } from './budget'

const trial: Trial = { engine: 'test', parameters: 7, stepMilliseconds: 4, evaluationMilliseconds: 10, peakBytes: 100e6 }
const model = standardModels.tiny
const lab = standardLab('tiny', model)
const { spec } = createTask(lab.task, standardText(model))
const budget = (change: Partial<typeof lab.training>) =>
  budgetOf({ ...lab, training: { ...lab.training, ...change } }, spec, trial)

it('counts all steps, the evaluations between them and the final one', () => {
  // (2000 validation samples − 1) / 32 = 62 windows, in batches of 16: 4, at steps 30, 60, 90 and the end.
  expect(spec.validation).toBe(62)
  const { secondsToFinish, stepsPerSecond } = budget({ steps: 100, evaluateEvery: 30 })
  expect(secondsToFinish).toBeCloseTo((100 * 4 + 16 * 10) / 1000)
  expect(stepsPerSecond).toBe(250)
})

it.each([
  [1, 62, 62],
  [16, 62, 4],
  [1, 5000, 9 * 512 + 2048],
  [8, 5000, 9 * 64 + 256],
  [100, 5000, 9 * 16 + 50],
])(
  'counts evaluated batches, of which small batches need more (batch size %d, %d validation samples)',
  (batchSize, validation, batches) => {
    const change = { ...lab, training: { ...lab.training, batchSize, steps: 100, evaluateEvery: validation < 100 ? 100 : 10 } }
    const { secondsToFinish } = budgetOf(change, { ...spec, validation }, { ...trial, stepMilliseconds: 0 })
    expect(secondsToFinish).toBeCloseTo((batches * 10) / 1000)
  },
)

it('passes on the results of the trial', () => {
  expect(budget({})).toMatchObject({ engine: 'test', parameters: 7, peakBytes: 100e6 })
})

it('is a lower bound if there was no time to measure an evaluation', () => {
  expect(budget({ steps: 100 }).isLowerBound).toBe(false)
  const cut = budgetOf({ ...lab, training: { ...lab.training, steps: 100 } }, spec, { ...trial, evaluationMilliseconds: null })
  expect(cut).toMatchObject({ isLowerBound: true, secondsToFinish: (100 * 4) / 1000 })
})

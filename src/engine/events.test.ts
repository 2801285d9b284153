/** Events in the series of a real training: none in an ordinary one; a learning rate that is far too high for three steps, and the spike it causes. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseLab } from '@core/lab/read'
import { rateChangesOf, spikesOf } from '@core/series/events'
import type { Points } from '@core/series/series'
import { expect, test } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { createTraining } from './training'
import { trainStep, type StepResult } from './training-step'

const points = (results: readonly StepResult[], name: 'loss' | 'learningRate'): Points => ({
  steps: Int32Array.from(results, (_, index) => index + 1),
  values: Float32Array.from(results, (result) => result[name]),
})

test('a learning rate of 2 for three steps', { timeout: 60_000 }, async () => {
  const lab = parseLab(await readFile(join(import.meta.dirname, '../../resources/labs/pos-tagging.json'), 'utf8'))
  const training = createTraining(await createExecutor('auto', () => undefined), lab, null)
  const results: StepResult[] = []
  const trainTo = async (step: number, learningRate: number): Promise<void> => {
    training.learningRate = learningRate
    while (training.model.step < step) results.push(await trainStep(training))
  }
  const usual = training.learningRate
  await trainTo(200, usual)
  expect(spikesOf(points(results, 'loss'))).toEqual([])
  expect(rateChangesOf(points(results, 'learningRate'))).toEqual([])

  await trainTo(203, 2)
  await trainTo(260, usual)
  training.model.dispose()
  expect(rateChangesOf(points(results, 'learningRate')).map(({ step }) => step)).toEqual([201, 204])
  const spikes = spikesOf(points(results, 'loss'))
  expect(spikes).toHaveLength(1)
  // The update of step 201 shows in the loss of step 202.
  expect(spikes[0]!.step).toBeGreaterThan(201)
  expect(spikes[0]!.value).toBe(Math.fround(Math.max(...results.map(({ loss }, index) => (index >= 200 ? loss : 0)))))
})

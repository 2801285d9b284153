/** Models of the maximum graph size train on every engine, with the same results. */
import { engines } from '@core/contract/engine'
import { chainLab } from '@core/models/chain'
import { describe, expect, it } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import { createTraining } from './training'
import { trainStep, type StepResult } from './training-step'

async function twoSteps(engine: (typeof engines)[number], blocks: number): Promise<StepResult[]> {
  const lab = chainLab(blocks)
  expect(lab.graph.nodes).toHaveLength(blocks)
  const training = createTraining(await createExecutor(engine, () => undefined), lab, null)
  try {
    return [await trainStep(training), await trainStep(training)]
  } finally {
    training.model.dispose()
  }
}

// ONNX Runtime takes most of the time, creating its session: 7 s for 1,950 blocks on an idle machine.
describe.each([550, 1950])('%i blocks', { timeout: 300_000 }, (blocks) => {
  it('take two steps with the same results on every engine', async () => {
    const results = new Map<string, StepResult[]>()
    for (const engine of engines) results.set(engine, await twoSteps(engine, blocks))
    const [first, ...others] = [...results.values()]
    expect(others.length).toBeGreaterThan(0)
    for (const other of others) {
      first!.forEach(({ loss, gradientNorm }, i) => {
        expect(other[i]!.loss).toBeCloseTo(loss, 4)
        expect(other[i]!.gradientNorm / gradientNorm).toBeCloseTo(1, 2)
      })
    }
    const [before, after] = first!
    expect(before!.gradientNorm).toBeGreaterThan(0)
    expect(after!.loss).not.toBe(before!.loss)
  })
})

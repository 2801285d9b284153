/** Jobs over processes: every variation with every seed, once; and an end in the middle. */
import { describe, expect, it } from 'vitest'
import { seeds, type Experiment } from '@core/experiments/types'
import { composeLab } from '@core/models/compose'
import { runExperiment, type Bench } from './run'

const lab = composeLab({ task: { kind: 'reverse', params: {} } }, () => undefined)
const experiment: Experiment = {
  id: 'x',
  questions: [1],
  variations: ['a', 'b', 'c'].map((id) => ({ id, lab, steps: 1, quickSteps: 1 })),
  measures: ['accuracy'],
  claims: [{ id: 'c', rules: [{ is: 'above', left: { measure: 'accuracy', of: 'a' }, right: 0 }] }],
}
const never = new AbortController().signal

/** Measures the seed as accuracy, some jobs slower than others. */
function fakeBench(done: string[], delay: (seed: number) => number): Bench {
  return {
    async measure({ variation, seed }) {
      await new Promise((resolve) => setTimeout(resolve, delay(seed)))
      done.push(`${variation}/${seed}`)
      return { accuracy: seed }
    },
    end: () => undefined,
  }
}

describe('an experiment over two processes', () => {
  it('measures each variation with each seed once, and keeps the order of the seeds', async () => {
    const done: string[] = []
    const benches = [fakeBench(done, (seed) => 5 * (4 - seed)), fakeBench(done, () => 1)]
    const told: number[] = []
    const result = await runExperiment(experiment, true, benches, never, (count) => told.push(count))
    expect(done.toSorted()).toEqual(['a', 'b', 'c'].flatMap((id) => seeds.map((seed) => `${id}/${seed}`)))
    expect(told).toEqual(Array.from({ length: 9 }, (_, i) => i + 1))
    expect(result?.measurements['b']).toEqual(seeds.map((accuracy) => ({ accuracy })))
    expect(result?.verdict).toBe('supported')
  })

  it('is nothing when it is interrupted', async () => {
    const interruption = new AbortController()
    const done: string[] = []
    const result = await runExperiment(experiment, true, [fakeBench(done, () => 1)], interruption.signal, () =>
      interruption.abort(),
    )
    expect(result).toBeNull()
    expect(done).toHaveLength(1)
  })

  it('fails as a run fails', async () => {
    const broken: Bench = { measure: () => Promise.reject(new Error('broken')), end: () => undefined }
    await expect(runExperiment(experiment, true, [broken], never, () => undefined)).rejects.toThrow('broken')
  })
})

/** Jobs on several processes: every variation with every seed once, and interruption. */
import { describe, expect, it } from 'vitest'
import type { Experiment } from '@core/experiments/types'
import { composeLab } from '@core/models/compose'
import { runExperiment, type Bench } from './run'

const lab = composeLab({ task: { kind: 'reverse', params: {} } }, () => undefined)
const experiment: Experiment = {
  id: 'x',
  questions: [1],
  variations: ['a', 'b', 'c'].map((id) => ({ id, lab: { ...lab, title: id }, steps: 1, quickSteps: 1 })),
  measures: ['accuracy'],
  claims: [{ id: 'c', rules: [{ is: 'above', left: { measure: 'accuracy', of: 'a' }, right: 0 }] }],
}
const seeds = [1, 2, 3]
const request = { experiment, quick: true, seeds }
const never = new AbortController().signal

/** Measures the seed as accuracy; some jobs are slower than others. */
function fakeBench(done: string[], delay: (seed: number) => number): Bench {
  return {
    async measure({ lab: { title }, seed }) {
      await new Promise((resolve) => setTimeout(resolve, delay(seed)))
      done.push(`${title as string}/${seed}`)
      return { accuracy: seed }
    },
    end: () => undefined,
  }
}

describe('an experiment on two processes', () => {
  it('measures each variation with each seed once, and keeps the order of the seeds', async () => {
    const done: string[] = []
    const benches = [fakeBench(done, (seed) => 5 * (4 - seed)), fakeBench(done, () => 1)]
    const told: number[] = []
    const result = await runExperiment(request, benches, { signal: never, onTaken: (_, count) => void told.push(count) })
    expect(done.toSorted()).toEqual(['a', 'b', 'c'].flatMap((id) => seeds.map((seed) => `${id}/${seed}`)))
    expect(told).toEqual(Array.from({ length: 9 }, (_, i) => i + 1))
    expect(result?.['b']).toEqual(seeds.map((accuracy) => ({ accuracy })))
  })

  it('gives null when interrupted', async () => {
    const interruption = new AbortController()
    const done: string[] = []
    const result = await runExperiment(request, [fakeBench(done, () => 1)], {
      signal: interruption.signal,
      onTaken: () => interruption.abort(),
    })
    expect(result).toBeNull()
    expect(done).toHaveLength(1)
  })

  it('rejects if a run fails', async () => {
    const broken: Bench = { measure: () => Promise.reject(new Error('broken')), end: () => undefined }
    await expect(runExperiment(request, [broken], { signal: never, onTaken: () => undefined })).rejects.toThrow('broken')
  })

  it('measures only what an earlier part has not measured, and waits for a core before each job', async () => {
    const done: string[] = []
    let [held, most] = [0, 0]
    const core = async (): Promise<() => void> => {
      await Promise.resolve()
      most = Math.max(most, ++held)
      return () => {
        held--
      }
    }
    const taken = { a: { 1: { accuracy: 0.5 }, 2: { accuracy: 0.5 } }, b: { 3: { accuracy: 0.5 } } }
    const benches = [fakeBench(done, () => 1), fakeBench(done, () => 2)]
    const result = await runExperiment(request, benches, { signal: never, taken, core, onTaken: () => undefined })
    expect(done.toSorted()).toEqual(['a/3', 'b/1', 'b/2', 'c/1', 'c/2', 'c/3'])
    expect(result?.['a']).toEqual([{ accuracy: 0.5 }, { accuracy: 0.5 }, { accuracy: 3 }])
    expect([held, most]).toEqual([0, 2])
  })
})

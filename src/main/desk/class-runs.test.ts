/** Which runs of a class are one experiment, and which of them count. */
import { describe, expect, it } from 'vitest'
import type { RunOverview, RunState, RunStatus } from '@core/contract/runs'
import { LabError } from '@core/errors'
import { applyEdit } from '@core/graph/edit'
import { firstModel } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import { noPoints } from '@core/series/series'
import type { Run } from '../service/run'
import type { RunRequest } from '../service/run-files'
import { openClassRuns } from './class-runs'
import type { Seat } from './thumbnails'

const base = firstModel()
const seeded = (seed: number, lab = base): LabDocument => ({ ...lab, training: { ...lab.training, seed } })

let begun = 0
interface Fake {
  readonly lab: LabDocument
  state?: RunState
  accuracy?: number | null
  readonly request?: Partial<RunRequest>
}
/** A run that begins after those before. `reads` counts how often its lab was read. */
function fakeRun({ lab, state = 'finished', accuracy = 0.9, request = {} }: Fake): Run & { reads: number } {
  const id = `${(36 ** 7 + begun++).toString(36).padStart(8, '0')}-0a`
  const status = { run: id, state, step: 5, steps: lab.training.steps } as RunStatus
  const run = {
    ...{ id, status, reads: 0 },
    request: () => {
      run.reads++
      return Promise.resolve({ lab, engine: 'tfjs', data: null, from: null, continuedFrom: null, forkedFrom: null, ...request })
    },
    overview: () =>
      Promise.resolve({
        evaluation: accuracy === null ? null : { step: 5, loss: 0.5, metrics: { accuracy } },
        curve: noPoints,
      } as unknown as RunOverview),
  }
  return run as unknown as Run & { reads: number }
}
const seat = (name: string, ...runs: readonly Run[]): Seat =>
  ({ pupil: { id: name, name, key: '', joined: 0 }, space: { runs: { list: () => runs } } }) as unknown as Seat

describe('the experiment of a class', () => {
  it('consists of the runs that differ in the seed only; each finished seed counts once', async () => {
    const seats = [
      seat('Ada', fakeRun({ lab: seeded(1) }), fakeRun({ lab: seeded(1) })),
      seat('Bo', fakeRun({ lab: applyEdit(seeded(2), { type: 'setTitle', title: 'of Bo' }) })),
      seat('Cleo', fakeRun({ lab: seeded(2), accuracy: 0.8 })),
      seat('Dan', fakeRun({ lab: seeded(3), state: 'running', accuracy: null })),
      seat('Eve', fakeRun({ lab: seeded(4), state: 'failed' })),
      seat('Fay'),
    ]
    const { experiments, chosen, runs } = await openClassRuns()(seats, null)
    expect(experiments).toHaveLength(1)
    expect(chosen).toMatchObject({ task: base.task.kind, steps: base.training.steps, pupils: 5, seeds: 2, repeats: 2 })
    expect(runs.map(({ pupil, seed, state, counts }) => [pupil, seed, state, counts])).toEqual([
      ['Ada', 1, 'finished', true],
      ['Bo', 2, 'finished', true],
      ['Cleo', 2, 'finished', false],
      ['Dan', 3, 'running', false],
      ['Eve', 4, 'failed', false],
    ])
    expect(runs.map(({ validation }) => validation)).toEqual([
      { loss: 0.5, accuracy: 0.9 },
      { loss: 0.5, accuracy: 0.9 },
      { loss: 0.5, accuracy: 0.8 },
      null,
      { loss: 0.5, accuracy: 0.9 },
    ])
  })

  it('shows the finished run of a pupil rather than a later one with the same seed that is not', async () => {
    const [done, again] = [fakeRun({ lab: seeded(1) }), fakeRun({ lab: seeded(1), state: 'stopped' })]
    expect((await openClassRuns()([seat('Ada', done, again)], null)).runs).toMatchObject([{ run: done.id, counts: true }])
  })

  it('is another one for another lab or other data; the one with the most seeds comes first, any can be chosen', async () => {
    const fast = applyEdit(base, { type: 'setTraining', training: { learningRate: 0.5 } })
    const seats = [
      seat('Ada', fakeRun({ lab: seeded(1, fast) }), fakeRun({ lab: seeded(1) })),
      seat('Bo', fakeRun({ lab: seeded(2) })),
      seat('Cleo', fakeRun({ lab: seeded(3), request: { data: 'aaaa' } })),
    ]
    const read = openClassRuns()
    const { experiments, chosen } = await read(seats, null)
    expect(experiments.map(({ seeds }) => seeds)).toEqual([2, 1, 1])
    expect(chosen).toEqual(experiments[0])
    expect((await read(seats, experiments[2]!.id)).runs).toMatchObject([{ pupil: 'Cleo' }])
    expect((await read(seats, 'gone')).chosen).toEqual(experiments[0])
  })

  it('has no run that started from other weights, was continued or forked, or cannot be read', async () => {
    const damaged = fakeRun({ lab: seeded(3) })
    damaged.request = () => Promise.reject(new LabError('run.damaged', { path: 'x' }))
    const seats = [
      seat('Ada', fakeRun({ lab: seeded(1), request: { from: '/other' } })),
      seat('Bo', fakeRun({ lab: seeded(2), request: { continuedFrom: 5 } })),
      seat('Cleo', damaged),
      seat('Di', fakeRun({ lab: seeded(4), request: { forkedFrom: { run: 'x', step: 3 } } })),
    ]
    expect(await openClassRuns()(seats, null)).toEqual({ experiments: [], chosen: null, runs: [] })
  })

  it('reads each lab once, and forgets runs that are removed', async () => {
    const [first, second] = [fakeRun({ lab: seeded(1) }), fakeRun({ lab: seeded(2) })]
    const read = openClassRuns()
    for (let time = 0; time < 3; time++) await read([seat('Ada', first, second)], null)
    expect([first.reads, second.reads]).toEqual([1, 1])
    expect((await read([seat('Ada', second)], null)).chosen).toMatchObject({ id: first.id, seeds: 1 })
    expect((await read([seat('Ada')], first.id)).chosen).toBeNull()
    expect((await read([seat('Ada', second)], null)).chosen).toMatchObject({ id: second.id })
  })
})

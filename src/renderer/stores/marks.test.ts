// @vitest-environment happy-dom
import { beforeEach, expect, it, vi } from 'vitest'
import type { HeadReport } from '@core/contract/heads'
import type { LabMethods } from '@core/contract/lab'
import type { Argument } from '@core/contract/table'
import { firstModel } from '@core/graph/testing'
import { headScoreNames } from '@core/heads/scores'
import { fakeHost, statusOf, type FakeHost } from '../testing/fake-host'
import { useAnalysis } from './analysis'
import { useFiles } from './files'
import { useHeadHistory } from './head-history'
import { useMarks } from './marks'
import { useRun } from './run'

let host: FakeHost
const marks = () => useMarks().marks
const series = (values: readonly number[], every = 1) => ({
  steps: Int32Array.from(values, (_, index) => (index + 1) * every),
  values: Float32Array.from(values),
})
const losses = Array.from({ length: 100 }, (_, index) => (index === 59 ? 3 : 2 - index / 60))
const ended = (change: Parameters<typeof statusOf>[1] = {}) =>
  statusOf('run-1', { state: 'finished', step: 100, checkpoint: 100, ...change })

beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useFiles().open(firstModel(8, 2))
  await vi.waitFor(() => expect(useAnalysis().result?.problems).toEqual([]))
  await useRun().play()
})

it('a run without events has none', async () => {
  host.tell(statusOf('run-1', { step: 3 }), { series: { loss: series([3, 2, 1]) } })
  await vi.waitFor(() => expect(useRun().curvesAreOwn).toBe(true))
  expect(marks()).toEqual([])
})

it('the record of a run shows where it was forked, its loss spikes, changes of its rate, and its best evaluation', async () => {
  host.tell(ended({ forkedFrom: { run: 'other', step: 10 } }), {
    series: {
      loss: series(losses),
      learningRate: series(Array.from({ length: 100 }, (_, index) => (index < 40 ? 0.01 : 0.001))),
      'validation/loss': series([2, 1.5, 0.7, 0.8], 25),
    },
  })
  await vi.waitFor(() => expect(marks()).toHaveLength(4))
  expect(marks().map(({ kind, step }) => [kind, step])).toEqual([
    ['forked', 10],
    ['rate', 41],
    ['spike', 60],
    ['best', 75],
  ])
  expect(marks()[1]).toMatchObject({ before: Math.fround(0.01), after: Math.fround(0.001) })
  expect(marks()[2]).toMatchObject({ value: 3 })
})

it('a run that failed because of NaN is marked at the step that failed', async () => {
  const problem = { code: 'run.not-finite' as const, params: { step: 8, operation: 'loss', block: 'optimiser', value: 'NaN' } }
  host.tell(statusOf('run-1', { state: 'failed', step: 7, problem }), { series: { loss: series([3, 2, 1]) } })
  await vi.waitFor(() => expect(marks()).toEqual([{ kind: 'failed', step: 8 }]))
})

it('heads that formed at the same step are one mark, which names them', async () => {
  const report = (step: number): HeadReport => ({
    ...{ step, samples: 256, evaluated: 0 },
    heads: [0, 1, 2].map((head) => ({
      ...{ block: 'multi-head', head },
      scores: {
        ...(Object.fromEntries(headScoreNames.map((name) => [name, 0.1])) as HeadReport['heads'][number]['scores']),
        induction: step >= 50 && head > 0 ? 0.9 : 0.2,
        previous: step >= 80 && head === 0 ? 0.6 : 0.2,
      },
    })),
  })
  host.answering.set('runs.moments', () => ({ steps: [0, 50, 80], bytes: 1, most: 2 }))
  host.answering.set('models.heads', () =>
    report(Number((host.callsOf('models.heads') as Argument<LabMethods, 'models.heads'>[]).at(-1)!.model.step)),
  )
  host.tell(ended())
  await vi.waitFor(() => expect(useRun().status?.state).toBe('finished'))
  await useHeadHistory().measure()
  const [one, two] = [1, 2].map((head) => ({ block: 'multi-head', head }))
  expect(marks()).toEqual([
    { kind: 'formed', score: 'induction', step: 50, after: 0, heads: [one, two] },
    { kind: 'formed', score: 'previous', step: 80, after: 50, heads: [{ block: 'multi-head', head: 0 }] },
  ])
})

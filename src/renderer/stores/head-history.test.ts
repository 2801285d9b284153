// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { HeadReport } from '@core/contract/heads'
import type { LabMethods } from '@core/contract/lab'
import type { Argument, Call } from '@core/contract/table'
import { LabError } from '@core/errors'
import { firstModel } from '@core/graph/testing'
import { headScoreNames } from '@core/heads/scores'
import { fakeHost, statusOf, type FakeHost } from '../testing/fake-host'
import { useAnalysis } from './analysis'
import { useFiles } from './files'
import { coarseFirst, useHeadHistory } from './head-history'
import { useRun } from './run'

let host: FakeHost
let kept: readonly number[]
/** Induction of two heads at each step; the second one learns it. */
const report = (step: number, muting = false): HeadReport => ({
  ...{ step, samples: 256, evaluated: muting ? 500 : 0 },
  heads: [0, 1].map((head) => ({
    ...{ block: 'multi-head', head },
    scores: {
      ...(Object.fromEntries(headScoreNames.map((name) => [name, 0.1])) as HeadReport['heads'][number]['scores']),
      induction: head === 1 ? step / 100 : 'too-short',
    },
  })),
})
const lossesUntil = (last: number, first = 1) => ({
  loss: {
    steps: Int32Array.from({ length: last - first + 1 }, (_, index) => first + index),
    values: new Float32Array(last - first + 1),
  },
})
const asked = () => host.callsOf('models.heads') as Argument<LabMethods, 'models.heads'>[]
const steps = () => useHeadHistory().reports.map(({ step }) => step)

beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  kept = [0, 10, 20, 50, 90]
  host.answering.set('runs.moments', () => ({ steps: kept, bytes: 1, most: 2 }))
  host.answering.set('models.heads', () => {
    const { model, muting } = asked().at(-1)!
    return report(Number(model.step), muting)
  })
  useFiles().open(firstModel(8, 2))
  await vi.waitFor(() => expect(useAnalysis().result?.problems).toEqual([]))
  await useRun().play()
  host.tell(statusOf('run-1', { state: 'finished', step: 100, checkpoint: 100 }), { series: lossesUntil(100) })
  await vi.waitFor(() => expect(useRun().status?.state).toBe('finished'))
})

describe('the scores of heads over time', () => {
  it('are those of every kept step and of the last one, without muting, a coarse course first', async () => {
    const history = useHeadHistory()
    await history.measure()
    expect(asked().map(({ model }) => model.step)).toEqual([100, 0, 20, 10, 50, 90])
    expect(asked().every(({ model, muting }) => model.nearest && !muting)).toBe(true)
    expect(steps()).toEqual([0, 10, 20, 50, 90, 100])
    expect(history.isWhole).toBe(true)
    const course = history.courseOf({ block: 'multi-head', head: 1 }, 'induction')!
    expect([...course.steps]).toEqual([0, 10, 20, 50, 90, 100])
    expect([...course.values]).toEqual([0, 0.1, 0.2, 0.5, 0.9, 1].map(Math.fround))
    expect(history.formedOf({ block: 'multi-head', head: 1 }, 'induction')).toEqual({ step: 50, after: 20 })
    expect([...history.courseOf({ block: 'multi-head', head: 0 }, 'induction')!.values].every(Number.isNaN)).toBe(true)
    expect(history.formedOf({ block: 'multi-head', head: 0 }, 'induction')).toBeNull()
    expect(history.formedOf({ block: 'multi-head', head: 1 }, 'entropy')).toBeNull()
    expect(history.courseOf({ block: 'other', head: 0 }, 'entropy')).toBeNull()
  })

  it('are computed once for each step, also when the run is shown again', async () => {
    const history = useHeadHistory()
    await history.measure()
    const { length } = asked()
    await useRun().trainAgain()
    await vi.waitFor(() => expect(history.reports).toEqual([]))
    await useRun().open(statusOf('run-1', { state: 'finished', step: 100, checkpoint: 100 }))
    await vi.waitFor(() => expect(history.reports).toHaveLength(6))
    kept = [...kept, 95]
    await history.measure()
    expect(
      asked()
        .slice(length)
        .map(({ model }) => model.step),
    ).toEqual([95])
  })

  it('are computed again with muting on request, each step once', async () => {
    const history = useHeadHistory()
    await history.measure()
    expect([history.isMuted, history.hasMuted]).toEqual([false, false])
    await history.measure(true)
    expect(asked().filter(({ muting }) => muting).map(({ model }) => model.step)).toEqual([100, 0, 20, 10, 50, 90]) // prettier-ignore
    expect([steps(), history.isMuted]).toEqual([[0, 10, 20, 50, 90, 100], true])
    kept = [...kept, 95]
    await history.measure()
    expect([asked().length, history.isMuted, history.hasMuted]).toEqual([13, false, true])
    await history.measure(true)
    expect([asked().length, asked().at(-1)!.model.step, history.isMuted]).toEqual([14, 95, true])
  })

  it('of a run that trains are those of the steps there are, and grow on request', async () => {
    host.tell(statusOf('run-1', { state: 'running', step: 100 }))
    await vi.waitFor(() => expect(useRun().status?.state).toBe('running'))
    const history = useHeadHistory()
    await history.measure()
    expect(steps()).toEqual([0, 10, 20, 50, 90])
    host.tell(statusOf('run-1', { state: 'running', step: 130 }), { series: lossesUntil(130) })
    await vi.waitFor(() => expect(history.isWhole).toBe(false))
    kept = [...kept, 120]
    await history.measure()
    expect(steps()).toEqual([0, 10, 20, 50, 90, 120])
  })

  it('after a step are forgotten when training goes back to it', async () => {
    const history = useHeadHistory()
    await history.measure()
    host.tell(statusOf('run-1', { state: 'starting', step: 0 })) // a status may be older than what is known
    host.tell(statusOf('run-1', { state: 'running', step: 50 }), { series: lossesUntil(52, 51), cut: 51 })
    await vi.waitFor(() => expect(steps()).toEqual([0, 10, 20, 50]))
  })

  it('so far are kept when they are cancelled; the rest comes later', async () => {
    const history = useHeadHistory()
    const answer = host.answering.get('models.heads')!
    const signals: Call<unknown>['signal'][] = []
    host.answering.set('models.heads', (call) => {
      if (asked().length < 3) return answer(call)
      signals.push((call as unknown as Call<unknown>).signal)
      return new Promise(() => undefined)
    })
    void history.measure()
    await vi.waitFor(() => expect(asked()).toHaveLength(3))
    expect(history.progress).toEqual({ done: 2, of: 6 })
    history.cancel()
    await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true))
    expect([history.busy, history.isWhole, history.problem]).toEqual([false, false, null])
    expect(steps()).toEqual([0, 100])
    host.answering.set('models.heads', answer)
    await history.measure()
    expect(steps()).toEqual([0, 10, 20, 50, 90, 100])
  })

  it('say why they could not be computed', async () => {
    host.failing.set('runs.moments', new LabError('run.unknown', { run: 'run-1' }))
    const history = useHeadHistory()
    await history.measure()
    expect(history.problem?.code).toBe('run.unknown')
    expect(history.isWhole).toBe(false)
  })
})

it('a coarse order has every item once, the ends first', () => {
  expect(coarseFirst([0, 1, 2, 3, 4, 5, 6, 7, 8])).toEqual([8, 0, 4, 2, 6, 1, 3, 5, 7])
  for (const count of [0, 1, 2, 3, 50]) {
    const items = Array.from({ length: count }, (_, index) => index)
    expect(coarseFirst(items).toSorted((a, b) => a - b)).toEqual(items)
  }
})

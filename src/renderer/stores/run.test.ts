// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { canContinue, canResume } from '@core/contract/run-state'
import type { SeriesParts } from '@core/series/series'
import { LabError } from '@core/errors'
import { fakeHost, smallLab, statusOf, type FakeHost } from '../testing/fake-host'
import { useAnalysis } from './analysis'
import { useFiles } from './files'
import { useLab } from './lab'
import { useNotices } from './notices'
import { usePrompts } from './prompts'
import { useProblems } from './problems'
import { useRun } from './run'
import { useTask } from './task'

let host: FakeHost
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useFiles().open(smallLab())
  await vi.waitFor(() => expect(useAnalysis().result).not.toBeNull())
})
const losses = (first: number, ...values: number[]): SeriesParts => ({
  loss: { steps: Int32Array.from(values, (_, index) => first + index), values: Float32Array.from(values) },
})
const shownLosses = () => [...(useRun().curves.series.get('loss')?.points().values ?? [])]
const reported = () => useNotices().notices.map(({ content }) => ('code' in content ? content.code : content.key))
/** Waits until the run on screen is followed and receives events. */
const followed = (run: string) =>
  vi.waitFor(() => expect(host.streams('runs.follow').map(({ argument }) => argument.run)).toEqual([run]))
async function played(): Promise<ReturnType<typeof useRun>> {
  const run = useRun()
  await run.play()
  await followed('run-1')
  return run
}
async function ended(change: Parameters<typeof statusOf>[1]): Promise<ReturnType<typeof useRun>> {
  const run = await played()
  host.tell(statusOf('run-1', change))
  await vi.waitFor(() => expect(run.status?.state).toBe(change?.state))
  return run
}

describe('play', () => {
  it('trains the open lab', async () => {
    const run = await played()
    expect(host.callsOf('runs.start')).toMatchObject([{ lab: smallLab(), data: null, paused: false, from: null }])
    expect(run.status?.state).toBe('running')
    expect([run.running, run.stale]).toEqual([true, false])
  })

  it('starts a single run on a double click', async () => {
    const run = useRun()
    await Promise.all([run.play(), run.play()])
    expect(host.callsOf('runs.start')).toHaveLength(1)
  })

  it('resumes a paused run', async () => {
    const run = await played()
    await run.pause()
    await vi.waitFor(() => expect(run.status?.state).toBe('paused'))
    await run.play()
    await vi.waitFor(() => expect(run.status?.state).toBe('running'))
    expect(host.callsOf('runs.start')).toHaveLength(1)
  })

  it('starts a new run if the graph has changed, and stops the old one', async () => {
    const [run, lab] = [await played(), useLab()]
    await run.pause()
    lab.apply({ type: 'setParam', node: 'embedding', param: 'width', value: 8 })
    expect(run.stale).toBe(true)
    await run.play()
    expect(host.runs.get('run-1')?.state).toBe('stopped')
    expect(run.status?.run).toBe('run-2')
    expect(run.stale).toBe(false)
    lab.undo()
    expect(run.stale).toBe(true)
  })

  it('in another lab clears the panel and stops the previous run', async () => {
    const run = await played()
    host.tell(statusOf('run-1'), { series: losses(1, 3) })
    await vi.waitFor(() => expect(shownLosses()).toEqual([3]))
    useFiles().open(smallLab())
    expect([run.status, shownLosses()]).toEqual([null, []])
    await vi.waitFor(() => expect(host.runs.get('run-1')?.state).toBe('stopped'))
    await vi.waitFor(() => expect(host.streams('runs.follow')).toEqual([]))
  })

  it('stops a run whose lab was closed before it started, and does not show it', async () => {
    const run = useRun()
    let begin = (): void => undefined
    const begun = statusOf('run-1')
    host.answering.set('runs.start', () => new Promise((resolve) => (begin = () => resolve(begun))))
    const playing = run.play()
    await vi.waitFor(() => expect(host.callsOf('runs.start')).toHaveLength(1))
    useFiles().open(smallLab())
    host.runs.set('run-1', begun)
    begin()
    await playing
    expect([run.status, run.busy]).toEqual([null, false])
    expect(host.runs.get('run-1')?.state).toBe('stopped')
  })

  it('waits for the task, which defines the classes', async () => {
    const [run, lab, task] = [useRun(), useLab(), useTask()]
    lab.apply({ type: 'setTask', task: { kind: 'reverse', params: { length: 4, minLength: 2, symbols: 9 } } })
    await run.play()
    expect(run.spec?.classes).toHaveLength(9)
    expect(run.spec).toBe(task.spec)
  })

  it('lists the problems of a lab that cannot be trained, and starts nothing', async () => {
    const run = useRun()
    useLab().apply({ type: 'removeNodes', nodes: ['classifier'] })
    await run.play()
    expect(host.callsOf('runs.start')).toEqual([])
    expect(useProblems().reported.map(({ code }) => code)).toContain('graph.no-output')
    expect(reported()).toEqual([])
  })

  it('reports a refusal by the host, and can be retried', async () => {
    const run = useRun()
    host.failing.set('runs.start', new LabError('internal', { detail: 'no memory' }))
    await run.play()
    expect(reported()).toEqual(['internal'])
    host.failing.clear()
    await run.play()
    expect(run.status?.run).toBe('run-1')
  })
})

describe('training again', () => {
  it('is a new run that keeps the previous curves until it has its own', async () => {
    const run = await ended({ state: 'finished', step: 100, checkpoint: 100 })
    host.tell(host.runs.get('run-1')!, { series: losses(1, 3, 2) })
    await vi.waitFor(() => expect(shownLosses()).toEqual([3, 2]))
    expect([run.curvesAreOwn, run.last('loss')]).toEqual([true, 2])

    await run.trainAgain()
    await followed('run-2')
    expect([run.status?.run, host.runs.get('run-1')?.state]).toEqual(['run-2', 'finished'])
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(shownLosses()).toEqual([3, 2])
    expect([run.curvesAreOwn, run.last('loss')]).toEqual([false, undefined])

    host.tell(statusOf('run-2'), { series: losses(1, 5) })
    await vi.waitFor(() => expect(shownLosses()).toEqual([5]))
    expect([run.curvesAreOwn, run.last('loss')]).toEqual([true, 5])
  })

  it('can start from the weights of another run, and stops the active one', async () => {
    const run = await played()
    await run.startFrom('run-1')
    expect(host.callsOf('runs.start')).toMatchObject([{ from: null }, { lab: smallLab(), from: 'run-1' }])
    expect(host.runs.get('run-1')?.state).toBe('stopped')
    expect(run.status?.run).toBe('run-2')
  })
})

describe('a run can be resumed to its last step or extended', () => {
  it.each([
    ['interrupted', 50, 70, true, true],
    ['failed', 50, 70, true, true],
    ['stopped', 70, 70, true, true],
    ['stopped', 100, 100, false, true], // all steps are done
    ['finished', 100, 100, false, true],
    ['finished', null, 100, false, false],
    ['running', 50, 70, false, false],
    ['paused', 50, 70, false, false],
    ['queued', 50, 70, false, false],
    ['interrupted', null, 70, false, false],
  ] as const)('%s with checkpoint %s at step %s: %s, %s', (state, checkpoint, step, resumable, continuable) => {
    const status = statusOf('run-1', { state, checkpoint, step })
    expect([canResume(status), canContinue(status)]).toEqual([resumable, continuable])
  })
})

describe('continuing', () => {
  it('extends a finished run and keeps its data on screen', async () => {
    const run = await ended({ state: 'finished', step: 100, checkpoint: 100 })
    host.tell(host.runs.get('run-1')!, { series: losses(1, 3, 2) })
    await vi.waitFor(() => expect(shownLosses()).toEqual([3, 2]))
    expect([run.extendable, run.resumable]).toEqual([true, false])
    expect([run.next, run.moreSteps]).toEqual(['extend', 100])
    run.moreSteps = 40
    await run.toggle()
    expect(host.callsOf('runs.resume')).toEqual([{ run: 'run-1', more: 40 }])
    expect(host.callsOf('runs.start')).toHaveLength(1)
    expect([run.status?.state, run.status?.steps, shownLosses()]).toEqual(['running', 140, [3, 2]])
  })

  it.each(['interrupted', 'stopped', 'failed'] as const)('resumes a run after state %s to its last step', async (state) => {
    const run = await ended({ state, step: 70, checkpoint: 50 })
    expect([run.resumable, run.extendable]).toEqual([true, false])
    run.moreSteps = 40
    await run.goOn()
    expect(host.callsOf('runs.resume')).toEqual([{ run: 'run-1', more: null }])
  })

  it('requires a checkpoint and an unchanged lab', async () => {
    const run = await ended({ state: 'stopped', step: 70, checkpoint: null })
    run.moreSteps = 40
    await run.goOn()
    host.tell(statusOf('run-1', { state: 'finished', step: 100, checkpoint: 100 }))
    await vi.waitFor(() => expect(run.extendable).toBe(true))
    useLab().apply({ type: 'setParam', node: 'embedding', param: 'width', value: 8 })
    run.moreSteps = 40
    await run.goOn()
    expect(host.callsOf('runs.resume')).toEqual([])
  })

  it('drops the steps after the checkpoint', async () => {
    await ended({ state: 'interrupted', step: 4, checkpoint: 2 })
    host.tell(host.runs.get('run-1')!, { series: losses(1, 4, 3, 2, 1) })
    await vi.waitFor(() => expect(shownLosses()).toEqual([4, 3, 2, 1]))
    await useRun().goOn()
    host.tell(statusOf('run-1', { step: 2 }), { cut: 3, series: losses(3, 9) })
    await vi.waitFor(() => expect(shownLosses()).toEqual([4, 3, 9]))
  })

  it('reports a refusal by the host and changes nothing', async () => {
    const run = await ended({ state: 'finished', step: 100, checkpoint: 100 })
    host.failing.set('runs.resume', new LabError('run.no-checkpoint'))
    run.moreSteps = 40
    await run.goOn()
    expect([reported(), run.status?.state, run.busy]).toEqual([['run.no-checkpoint'], 'finished', false])
  })
})

describe('a single step', () => {
  it('of a new run starts it paused and runs exactly one step', async () => {
    const run = useRun()
    await run.step()
    expect(host.callsOf('runs.start')).toMatchObject([{ paused: true }])
    await vi.waitFor(() => expect(run.status?.step).toBe(1))
    await run.step()
    await vi.waitFor(() => expect(run.status?.step).toBe(2))
    expect(host.callsOf('runs.start')).toHaveLength(1)
  })

  it('of a finished run extends it by one step', async () => {
    const run = await ended({ state: 'finished', step: 100, checkpoint: 100 })
    await run.step()
    expect(host.callsOf('runs.resume')).toEqual([{ run: 'run-1', more: 1 }])
    expect([run.status?.steps, host.callsOf('runs.start').length]).toEqual([101, 1])
  })
})

describe('run events', () => {
  it('are shown together and in order', async () => {
    const run = await played()
    host.tell(statusOf('run-1'), { series: losses(1, 3, 2), stepsPerSecond: 50 })
    host.tell(statusOf('run-1'), { series: losses(3, 1) })
    await vi.waitFor(() => expect(shownLosses()).toEqual([3, 2, 1]))
    expect(run.status?.step).toBe(3)
    expect(run.stepsPerSecond).toBe(50)
  })

  it('are paced, except for the state, which decides the available actions', async () => {
    const run = await played()
    host.tell(statusOf('run-1'), { series: losses(1, 3), stepsPerSecond: 50 })
    const summary = {
      ...{ steps: 100, loss: 1, evaluation: {}, parameters: 1, engine: 'tfjs' },
      ...{ endedEarly: false, msPerStep: 1, stateHash: '' },
    }
    host.tell(statusOf('run-1', { state: 'finished', step: 100 }), { summary })
    await vi.waitFor(() => expect(run.status?.state).toBe('finished'))
    expect(run.status?.step).toBe(100)
    await vi.waitFor(() => expect(shownLosses()).toEqual([3]))
    expect([run.status?.step, run.stepsPerSecond, run.summary]).toEqual([100, 0, summary])
  })

  it('are requested again after a lost connection', async () => {
    const run = await played()
    host.runs.set('run-1', statusOf('run-1', { state: 'finished', step: 100 }))
    host.disconnect()
    await vi.waitFor(() => expect(run.status?.state).toBe('finished'), { timeout: 5000 })
    expect(host.callsOf('runs.follow')).toHaveLength(2)
    expect(reported()).toEqual([])
  })

  it('stop, and data is cleared, once the run is deleted', async () => {
    const run = await ended({ state: 'finished', step: 100, checkpoint: 100 })
    for (const { end } of host.streams('runs.follow')) end()
    await vi.waitFor(() => expect(run.status).toBeNull())
    expect([run.experiment, run.spec]).toEqual([null, null])
  })

  it('report a failure', async () => {
    await played()
    host.streams('runs.follow')[0]!.fail(new LabError('internal', { detail: 'no disk' }))
    await vi.waitFor(() => expect(reported()).toEqual(['internal']))
  })
})

describe('opening a run', () => {
  const other = statusOf('other', { state: 'finished', step: 100, checkpoint: 100, learningRate: 0.5 })
  beforeEach(() => {
    host.runs.set('other', other)
    host.trained.set('other', { ...smallLab(), title: 'Long ago' })
  })

  it('restores its lab with the current learning rate, and shows the run', async () => {
    const run = await played()
    expect(await run.open(other)).toBe(true)
    const { title, training } = useLab().document!
    expect([title, training.learningRate]).toEqual(['Long ago', 0.5])
    expect([run.status?.run, run.stale, run.extendable]).toEqual(['other', false, true])
    await vi.waitFor(() => expect(run.spec).toBe(useTask().spec))
    await vi.waitFor(() => expect(host.runs.get('run-1')?.state).toBe('stopped'))
  })

  it('asks about unsaved changes and does nothing if cancelled', async () => {
    const run = await played()
    useLab().apply({ type: 'setTitle', title: 'Mine' })
    const answer = run.open(other)
    await vi.waitFor(() => expect(usePrompts().unsaved).not.toBeNull())
    usePrompts().unsaved!('cancel')
    expect(await answer).toBe(false)
    expect([useLab().document?.title, run.status?.run]).toEqual(['Mine', 'run-1'])
  })

  it('started elsewhere does not stop it when it is left', async () => {
    host.runs.set('other', statusOf('other'))
    const run = useRun()
    await run.open(statusOf('other'))
    await followed('other')
    useFiles().open(smallLab())
    await vi.waitFor(() => expect(host.streams('runs.follow')).toEqual([]))
    expect(host.runs.get('other')?.state).toBe('running')
  })

  it('from an earlier session shows nothing if the run is gone', async () => {
    const run = useRun()
    run.reopen('gone', { document: smallLab(), data: null })
    await vi.waitFor(() => expect(run.experiment).toBeNull())
    expect([run.status, reported()]).toEqual([null, []])
  })

  it('from an earlier session requests its task if the lab has a different one', async () => {
    const run = useRun()
    const task = { kind: 'reverse', params: { length: 4, minLength: 2, symbols: 9 } }
    run.reopen('other', { document: { ...smallLab(), task }, data: null })
    await vi.waitFor(() => expect(run.spec?.classes).toHaveLength(9))
    await vi.waitFor(() => expect(run.status?.run).toBe('other'))
    expect(useTask().spec?.classes).toHaveLength(4)
  })
})

describe('the learning rate', () => {
  it('changes in lab and run, and undo reverts both', async () => {
    const [run, lab] = [await played(), useLab()]
    run.setLearningRate(0.1)
    await vi.waitFor(() => expect(host.runs.get('run-1')?.learningRate).toBe(0.1))
    expect([lab.document?.training.learningRate, run.stale]).toEqual([0.1, false])
    lab.undo()
    await vi.waitFor(() => expect(host.runs.get('run-1')?.learningRate).toBe(0.01))
  })

  it('is applied to a queued run when it starts', async () => {
    const run = await ended({ state: 'queued', queue: 1 })
    run.setLearningRate(0.5)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([host.callsOf('runs.tune'), reported()]).toEqual([[], []])
    host.tell(statusOf('run-1'))
    await vi.waitFor(() => expect(host.callsOf('runs.tune')).toEqual([{ run: 'run-1', learningRate: 0.5 }]))
  })

  it('is applied to a resumed run, whose process starts with the old one', async () => {
    const run = await ended({ state: 'interrupted', step: 70, checkpoint: 50 })
    run.setLearningRate(0.5)
    expect(host.callsOf('runs.tune')).toEqual([])
    await run.goOn()
    await vi.waitFor(() => expect(host.runs.get('run-1')?.learningRate).toBe(0.5))
  })
})

// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { LabError } from '@core/errors'
import { fakeHost, smallLab, statusOf, type FakeHost } from '../testing/fake-host'
import { useAnalysis } from './analysis'
import { useFiles } from './files'
import { useLab } from './lab'
import { useNotices } from './notices'
import { useRun } from './run'
import { useTask } from './task'

let host: FakeHost
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useFiles().open(smallLab())
  await vi.waitFor(() => expect(useAnalysis().result).not.toBeNull())
})
const telemetry = (firstStep: number, losses: number[], run = 'run-1') => ({
  run,
  firstStep,
  losses: Float32Array.from(losses),
  accuracies: new Float32Array(losses.length),
  stepsPerSecond: 50,
  evaluations: [],
})
const reported = () => useNotices().notices.map(({ content }) => ('code' in content ? content.code : content.key))

describe('play', () => {
  it('trains the lab that is open', async () => {
    const run = useRun()
    await run.play()
    expect(host.callsOf('runs.start')).toMatchObject([{ lab: smallLab(), data: null, paused: false }])
    expect(run.status?.state).toBe('running')
    expect([run.running, run.stale]).toEqual([true, false])
  })

  it('may begin with the weights of another run', async () => {
    const run = useRun()
    await run.play()
    expect(host.callsOf('runs.start')).toMatchObject([{ from: null }])
    await run.startFrom('run-1')
    expect(host.callsOf('runs.start')).toMatchObject([{ from: null }, { lab: smallLab(), from: 'run-1' }])
    expect(host.runs.get('run-1')?.state).toBe('stopped')
    expect(run.status?.run).toBe('run-2')
  })

  it('starts one run when pressed twice', async () => {
    const run = useRun()
    await Promise.all([run.play(), run.play()])
    expect(host.callsOf('runs.start')).toHaveLength(1)
  })

  it('goes on with a paused run', async () => {
    const run = useRun()
    await run.play()
    await run.pause()
    await vi.waitFor(() => expect(run.status?.state).toBe('paused'))
    await run.play()
    await vi.waitFor(() => expect(run.status?.state).toBe('running'))
    expect(host.callsOf('runs.start')).toHaveLength(1)
  })

  it('starts anew when the graph has changed, and stops the old run', async () => {
    const run = useRun()
    const lab = useLab()
    await run.play()
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

  it('of another lab begins with an empty panel, and the run before is stopped', async () => {
    const run = useRun()
    await run.play()
    host.emit('run.telemetry', telemetry(1, [3]))
    await vi.waitFor(() => expect(run.series.losses).toHaveLength(1))
    useFiles().open(smallLab())
    expect([run.status, run.series.losses.length]).toEqual([null, 0])
    await vi.waitFor(() => expect(host.runs.get('run-1')?.state).toBe('stopped'))
  })

  it('of a lab that was left before it began is stopped, and not shown with another', async () => {
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

  it('waits until it is known what the task is, and so what its classes are', async () => {
    const run = useRun()
    const lab = useLab()
    const task = useTask()
    lab.apply({ type: 'setTask', task: { kind: 'reverse', params: { length: 4, minLength: 2, symbols: 9 } } })
    await run.play()
    expect(run.spec?.classes).toHaveLength(9)
    expect(run.spec).toBe(task.spec)
  })

  it('says why a lab cannot be trained, and starts nothing', async () => {
    const run = useRun()
    useLab().apply({ type: 'removeNodes', nodes: ['classifier'] })
    await run.play()
    expect(host.callsOf('runs.start')).toEqual([])
    expect(reported()).toContain('graph.no-output')
  })

  it('offers the last checkpoint of a run that failed, and starts anew when play is pressed', async () => {
    const run = useRun()
    await run.play()
    const problem = { code: 'run.not-finite', params: {} } as const
    host.emit('run.status', statusOf('run-1', { state: 'failed', step: 70, checkpoint: 50, problem }))
    await vi.waitFor(() => expect(run.restorable).toBe(true))
    await run.restore()
    expect(host.callsOf('runs.restore')).toEqual([{ run: 'run-1' }])
    host.emit('run.status', statusOf('run-1', { state: 'failed', step: 70, checkpoint: null, problem }))
    await vi.waitFor(() => expect(run.restorable).toBe(false))
    await run.play()
    expect(host.callsOf('runs.start')).toHaveLength(2)
  })

  it('resumes an interrupted run from its checkpoint', async () => {
    const run = useRun()
    await run.play()
    host.runs.set('run-1', statusOf('run-1', { state: 'interrupted', step: 70, checkpoint: 50 }))
    host.emit('run.status', statusOf('run-1', { state: 'interrupted', step: 70, checkpoint: 50 }))
    await vi.waitFor(() => expect(run.restorable).toBe(true))
    await run.play()
    expect(host.callsOf('runs.restore')).toEqual([{ run: 'run-1' }])
    expect(host.callsOf('runs.start')).toHaveLength(1)
  })

  it('reports a host that refuses, and can be pressed again', async () => {
    const run = useRun()
    host.failing.set('runs.start', new LabError('internal', { detail: 'no memory' }))
    await run.play()
    expect(reported()).toEqual(['internal'])
    host.failing.clear()
    await run.play()
    expect(run.status?.run).toBe('run-1')
  })
})

describe('one step', () => {
  it('of a new run begins it paused, and takes exactly one', async () => {
    const run = useRun()
    await run.step()
    expect(host.callsOf('runs.start')).toMatchObject([{ paused: true }])
    await vi.waitFor(() => expect(run.status?.step).toBe(1))
    await run.step()
    await vi.waitFor(() => expect(run.status?.step).toBe(2))
    expect(host.callsOf('runs.start')).toHaveLength(1)
  })
})

describe('what arrives', () => {
  it('is shown together, in order', async () => {
    const run = useRun()
    await run.play()
    host.emit('run.telemetry', telemetry(1, [3, 2]))
    host.emit('run.telemetry', telemetry(3, [1]))
    await vi.waitFor(() => expect([...run.series.losses]).toEqual([3, 2, 1]))
    expect(run.status?.step).toBe(3)
    expect(run.stepsPerSecond).toBe(50)
  })

  it('waits to be shown, save for what state the run is in: that decides what can be done now', async () => {
    const run = useRun()
    await run.play()
    await vi.waitFor(() => expect(run.status?.step).toBe(0))
    host.emit('run.telemetry', telemetry(1, [3]))
    host.emit('run.status', statusOf('run-1', { state: 'finished', step: 100 }))
    await vi.waitFor(() => expect(run.status?.state).toBe('finished'))
    expect(run.status?.step).toBe(100)
    await vi.waitFor(() => expect([...run.series.losses]).toEqual([3]))
    expect([run.status?.step, run.stepsPerSecond]).toEqual([100, 0])
  })

  it('counts only for the run on screen', async () => {
    const run = useRun()
    await run.play()
    host.emit('run.telemetry', telemetry(1, [9], 'other'))
    host.emit('run.status', statusOf('other', { step: 99 }))
    host.emit('run.telemetry', telemetry(1, [3]))
    await vi.waitFor(() => expect([...run.series.losses]).toEqual([3]))
    expect(run.status?.run).toBe('run-1')
  })

  it('is asked for again after the connection was lost', async () => {
    const run = useRun()
    await run.play()
    host.runs.set('run-1', statusOf('run-1', { state: 'finished', step: 100 }))
    host.disconnect()
    await vi.waitFor(() => expect(run.status?.state).toBe('finished'), { timeout: 5000 })
    expect(host.callsOf('runs.history')).toHaveLength(2)
  })
})

describe('live changes', () => {
  it('of the learning rate go into the lab and the run, and undo takes both back', async () => {
    const run = useRun()
    const lab = useLab()
    await run.play()
    run.setLearningRate(0.1)
    await vi.waitFor(() => expect(host.runs.get('run-1')?.learningRate).toBe(0.1))
    expect([lab.document?.training.learningRate, run.stale]).toEqual([0.1, false])
    lab.undo()
    await vi.waitFor(() => expect(host.runs.get('run-1')?.learningRate).toBe(0.01))
  })

  it('reach a run that waits for its turn when that has come', async () => {
    const run = useRun()
    await run.play()
    const queued = statusOf('run-1', { state: 'queued', queue: 1 })
    host.runs.set('run-1', queued)
    host.emit('run.status', queued)
    await vi.waitFor(() => expect(run.status?.state).toBe('queued'))
    run.setLearningRate(0.5)
    run.toggleGate('attention/heads', 0, 2)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([host.callsOf('runs.tune'), reported()]).toEqual([[], []])

    host.runs.set('run-1', statusOf('run-1'))
    host.emit('run.status', statusOf('run-1'))
    const change = { learningRate: 0.5, gates: { 'attention/heads': [0, 1] } }
    await vi.waitFor(() => expect(host.callsOf('runs.tune')).toEqual([{ run: 'run-1', ...change }]))
    expect(host.runs.get('run-1')).toMatchObject(change)
  })

  it('reach a run that goes on from its checkpoint, whose process knows nothing of them', async () => {
    const run = useRun()
    await run.play()
    run.toggleGate('attention/heads', 0, 2)
    const interrupted = statusOf('run-1', { state: 'interrupted', step: 70, checkpoint: 50 })
    host.runs.set('run-1', interrupted)
    host.emit('run.status', interrupted)
    await vi.waitFor(() => expect(run.restorable).toBe(true))
    run.setLearningRate(0.5)
    await run.restore()
    const change = { learningRate: 0.5, gates: { 'attention/heads': [0, 1] } }
    await vi.waitFor(() => expect(host.runs.get('run-1')).toMatchObject(change))
    expect(run.gates).toEqual(change.gates)
  })

  it('of gates are those of the run that is shown', async () => {
    const run = useRun()
    const gates = { 'attention/heads': [1, 0] }
    await run.attach(statusOf('run-7', { gates }), smallLab(), null).catch(() => undefined)
    expect(run.gates).toEqual(gates)
    expect(host.callsOf('runs.tune')).toEqual([])
  })

  it('mute and unmute one multiplier of a gate', async () => {
    const run = useRun()
    await run.play()
    run.toggleGate('attention/heads', 1, 4)
    expect(run.gates['attention/heads']).toEqual([1, 0, 1, 1])
    await vi.waitFor(() =>
      expect(host.callsOf('runs.tune').at(-1)).toEqual({ run: 'run-1', gates: { 'attention/heads': [1, 0, 1, 1] } }),
    )
    run.toggleGate('attention/heads', 1, 4)
    expect(run.gates['attention/heads']).toEqual([1, 1, 1, 1])
  })
})

describe('what views look at', () => {
  it('is the union of all of them, for the chosen sample, and ends with them', async () => {
    const run = useRun()
    await run.play()
    const latest = () => (host.callsOf('runs.view').at(-1) as { view: unknown } | undefined)?.view
    run.want('a', { probes: ['x/output'], states: [] })
    run.want('b', { probes: ['x/output', 'y/output'], states: ['x/weight'] })
    run.sample = 2
    await vi.waitFor(() => expect(latest()).toEqual({ sample: 2, probes: ['x/output', 'y/output'], states: ['x/weight'] }))
    run.want('b', null)
    await vi.waitFor(() => expect(latest()).toEqual({ sample: 2, probes: ['x/output'], states: [] }))
  })

  it('is nothing while the window is hidden', async () => {
    const run = useRun()
    await run.play()
    const latest = () => (host.callsOf('runs.view').at(-1) as { view: { probes: string[] } } | undefined)?.view.probes
    run.want('a', { probes: ['x/output'], states: [] })
    await vi.waitFor(() => expect(latest()).toEqual(['x/output']))
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    document.dispatchEvent(new Event('visibilitychange'))
    await vi.waitFor(() => expect(latest()).toEqual([]))
    hidden.mockRestore()
    document.dispatchEvent(new Event('visibilitychange'))
    await vi.waitFor(() => expect(latest()).toEqual(['x/output']))
  })
})

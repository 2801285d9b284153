// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { canResume } from '@core/contract/run-state'
import { LabError } from '@core/errors'
import { fakeHost, smallLab, statusOf, type FakeHost } from '../testing/fake-host'
import { useAnalysis } from './analysis'
import { useFiles } from './files'
import { useLab } from './lab'
import { usePrompts } from './prompts'
import { useRun } from './run'
import { begunAt, useRuns } from './runs'

let host: FakeHost
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useRuns()
  useFiles().open(smallLab())
  await vi.waitFor(() => expect(useAnalysis().result).not.toBeNull())
})
const telemetry = (run: string, firstStep: number, losses: number[], evaluated: number[] = []) => ({
  run,
  firstStep,
  losses: Float32Array.from(losses),
  accuracies: new Float32Array(losses.length),
  stepsPerSecond: 50,
  evaluations: evaluated.map((accuracy) => ({ step: firstStep, loss: 1, metrics: { accuracy } })),
})
/** Trains two labs, one after the other: the first run is then stopped, as opening another lab does. */
async function twoRuns(): Promise<void> {
  await useRun().play()
  useFiles().open({ ...smallLab(), title: 'Second' })
  await vi.waitFor(() => expect(host.runs.get('run-1')?.state).toBe('stopped'))
  await vi.waitFor(() => expect(useAnalysis().result).not.toBeNull())
  await useRun().play()
  await vi.waitFor(() => expect(useRuns().listed).toHaveLength(2))
}
const listed = (id: string) => useRuns().listed.find(({ run }) => run === id)!

describe('the list', () => {
  it('holds what the host has, newest first', async () => {
    host.runs.set('run-8', statusOf('run-8', { state: 'finished' }))
    host.runs.set('run-9', statusOf('run-9', { state: 'queued', queue: 2 }))
    await useRuns().refresh()
    expect(useRuns().listed.map(({ run }) => run)).toEqual(['run-9', 'run-8'])
  })

  it('asks once what runs of earlier sessions train, so that they can be opened', async () => {
    host.runs.set('run-8', statusOf('run-8', { state: 'finished' }))
    host.runs.set('run-9', statusOf('run-9', { state: 'finished' }))
    host.trained.set('run-8', { ...smallLab(), title: 'Long ago' })
    await useRuns().refresh()
    expect(useRuns().experiments.get('run-8')?.document.title).toBe('Long ago')
    expect(useRuns().experiments.has('run-9')).toBe(false)
    expect(await useRuns().open(listed('run-8'))).toBe(true)
    expect(useLab().document?.title).toBe('Long ago')
    await useRuns().refresh()
    expect(
      host
        .callsOf('runs.read')
        .map((asked) => JSON.stringify(asked))
        .filter((asked) => asked.includes('run-8')),
    ).toHaveLength(1)
  })

  it('knows when a run was begun from its id, where it says so', () => {
    const time = Date.UTC(2026, 10, 24, 9, 30)
    expect(begunAt(statusOf(`${time.toString(36)}-0123456789ab`))).toEqual(new Date(time))
    expect(begunAt(statusOf('my-run'))).toBeNull()
  })

  it('has the last figures of every run that told some, also of those not on screen', async () => {
    await twoRuns()
    const { figuresOf } = useRuns()
    host.emit('run.telemetry', telemetry('run-1', 5, [3, 2]))
    host.emit('run.telemetry', telemetry('run-1', 7, [], [0.5]))
    host.emit('run.telemetry', telemetry('run-2', 1, [4]))
    await vi.waitFor(() => expect(figuresOf('run-2')).toEqual({ step: 1, loss: 4, accuracy: undefined }))
    expect(figuresOf('run-1')).toEqual({ step: 6, loss: 2, accuracy: 0.5 })
    expect(figuresOf('run-3')).toBeNull()
  })
})

describe('a run can go on from its checkpoint', () => {
  it.each([
    ['interrupted', 50, 70, true],
    ['failed', 50, 70, true],
    ['stopped', 70, 70, true],
    ['stopped', 100, 100, false], // it has done all its steps
    ['finished', 100, 100, false],
    ['running', 50, 70, false],
    ['queued', 50, 70, false],
    ['interrupted', null, 70, false],
  ] as const)('%s with checkpoint %s at step %s: %s', (state, checkpoint, step, can) => {
    expect(canResume(statusOf('run-1', { state, checkpoint, step }))).toBe(can)
  })
})

describe('opening', () => {
  it('brings back the lab a run trains and shows the run', async () => {
    await twoRuns()
    expect(await useRuns().open(listed('run-1'))).toBe(true)
    expect(useLab().document).toEqual(smallLab())
    expect([useRun().status?.run, useRun().stale]).toEqual(['run-1', false])
    await vi.waitFor(() => expect(host.runs.get('run-2')?.state).toBe('stopped'))
  })

  it('asks before unsaved changes go, and changes nothing if the person stays', async () => {
    await twoRuns()
    useLab().apply({ type: 'setTitle', title: 'Mine' })
    const answer = useRuns().open(listed('run-1'))
    usePrompts().unsaved!('cancel')
    expect(await answer).toBe(false)
    expect([useLab().document?.title, useRun().status?.run]).toEqual(['Mine', 'run-2'])
  })

  it('is not possible where this window does not know the lab', async () => {
    host.runs.set('run-0', statusOf('run-0', { state: 'stopped' }))
    await useRuns().refresh()
    expect(await useRuns().open(listed('run-0'))).toBe(false)
    expect(useRun().status).toBeNull()
  })
})

describe('going on', () => {
  it('shows the run with its lab first', async () => {
    await twoRuns()
    host.emit('run.status', statusOf('run-1', { state: 'stopped', step: 20, checkpoint: 20 }))
    await vi.waitFor(() => expect(listed('run-1').checkpoint).toBe(20))
    await useRuns().resume(listed('run-1'))
    expect(host.callsOf('runs.restore')).toEqual([{ run: 'run-1' }])
    expect([useRun().status?.run, useRun().status?.state]).toEqual(['run-1', 'running'])
  })

  it('happens in the background where the lab is not known', async () => {
    host.runs.set('run-0', statusOf('run-0', { state: 'interrupted', step: 20, checkpoint: 20 }))
    await useRuns().refresh()
    await useRuns().resume(listed('run-0'))
    expect(host.callsOf('runs.restore')).toEqual([{ run: 'run-0' }])
    expect(useRun().status).toBeNull()
  })

  it('does not happen if the person keeps what is open', async () => {
    await twoRuns()
    useLab().apply({ type: 'setTitle', title: 'Mine' })
    const resumed = useRuns().resume({ ...listed('run-1'), checkpoint: 20 })
    usePrompts().unsaved!('cancel')
    await resumed
    expect(host.callsOf('runs.restore')).toEqual([])
  })
})

describe('deleting', () => {
  it('takes a run off the list, and off the screen if it is there', async () => {
    await twoRuns()
    await useRuns().remove(listed('run-2'))
    expect(host.callsOf('runs.remove')).toEqual([{ run: 'run-2' }])
    expect(useRuns().listed.map(({ run }) => run)).toEqual(['run-1'])
    expect(useRun().status).toBeNull()
    expect(useLab().document?.title).toBe('Second')
  })

  it('changes nothing if the host refuses', async () => {
    await twoRuns()
    host.failing.set('runs.remove', new LabError('run.still-under-way', { run: 'run-2' }))
    await expect(useRuns().remove(listed('run-2'))).rejects.toMatchObject({ code: 'run.still-under-way' })
    expect([useRuns().listed.length, useRun().status?.run]).toEqual([2, 'run-2'])
  })
})

// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { LabError } from '@core/errors'
import { fakeHost, smallLab, statusOf, type FakeHost } from '../testing/fake-host'
import { useCompare } from './compare'
import { useNotices } from './notices'
import { useRuns } from './runs'
import { nextPart, useTwins } from './twins'

let host: FakeHost
beforeEach(() => (host = fakeHost()))

const labs = () =>
  [
    { lab: smallLab(), data: null },
    { lab: smallLab(), data: null },
  ] as const
async function started() {
  useRuns()
  const twins = useTwins()
  await twins.start(labs(), 9)
  await vi.waitFor(() => expect(twins.canTrain).toBe(true))
  return twins
}
const commands = () => host.callsOf('runs.command') as { run: string; command: string; until: number | null }[]
const tell = (run: string, step: number, state: 'paused' | 'running' | 'failed' = 'paused') =>
  host.tell(statusOf(run, { state, step }))

describe('parts of training', () => {
  it.each([
    ['grow while they are short', 1, 10, 10, 2],
    ['grow however long it takes to ask for them', 8, 700, 690, 16],
    ['keep the time that they should take', 100, 500, 100, 100],
    ['shrink where steps are slow', 2, 8000, 4000, 1],
    ['have a limit', 2000, 20, 10, 2000],
  ])('%s', (_, steps, took, shortest, next) => expect(nextPart(steps, took, shortest)).toBe(next))
})

describe('twins', () => {
  it('start paused, with one seed, and are compared first', async () => {
    const twins = await started()
    expect(host.callsOf('runs.start')).toMatchObject([
      { paused: true, lab: { training: { seed: 9 } } },
      { paused: true, lab: { training: { seed: 9 } } },
    ])
    expect(twins.pair).toEqual(['run-1', 'run-2'])
    expect(twins.step).toBe(0)
    for (const run of twins.pair!) host.tell(host.runs.get(run)!)
    await vi.waitFor(() => expect(useCompare().chosen).toEqual(['run-1', 'run-2']))
    expect([useCompare().from, useCompare().to]).toEqual(['run-1', 'run-2'])
  })

  it('leave none alone if the second cannot start', async () => {
    const twins = useTwins()
    let count = 0
    host.answering.set('runs.start', () => {
      if (++count === 2) throw new LabError('internal', { detail: 'no memory' })
      host.runs.set('only', statusOf('only', { state: 'paused' }))
      return host.runs.get('only')
    })
    await twins.start(labs(), 1)
    expect(commands()).toMatchObject([{ run: 'only', command: 'stop' }])
    expect(twins.pair).toBeNull()
    expect(useNotices().notices).toHaveLength(1)
  })

  it('take a step beyond the one that is ahead, and are busy until both are there', async () => {
    const twins = await started()
    tell('run-1', 5)
    tell('run-2', 3)
    await vi.waitFor(() => expect(twins.step).toBeNull())
    const stepped = twins.stepOnce()
    await vi.waitFor(() => expect(commands()).toHaveLength(2))
    expect(commands().map(({ run, command, until }) => [run, command, until])).toEqual([
      ['run-1', 'resume', 6],
      ['run-2', 'resume', 6],
    ])
    tell('run-1', 6)
    await vi.waitFor(() => expect(twins.statuses.get('run-1')?.step).toBe(6))
    expect(twins.busy).toBe(true)
    void twins.stepOnce() // ignored meanwhile
    tell('run-2', 6)
    await stepped
    expect([twins.busy, twins.step, commands().length]).toEqual([false, 6, 2])
  })

  it('play in parts until they are paused, and are at the same step then', async () => {
    const twins = await started()
    const played = twins.play()
    for (let part = 1; part <= 2; part++) {
      await vi.waitFor(() => expect(commands()).toHaveLength(2 * part))
      for (const run of twins.pair!) tell(run, commands().at(-1)!.until!)
    }
    await vi.waitFor(() => expect(commands()).toHaveLength(6))
    // Paused before the end of the part, at different steps: the one behind catches up.
    host.runs.set('run-1', statusOf('run-1', { state: 'running', step: 5 }))
    host.runs.set('run-2', statusOf('run-2', { state: 'running', step: 6 }))
    await twins.pause()
    expect(commands().slice(6, 8)).toMatchObject([
      { run: 'run-1', command: 'pause' },
      { run: 'run-2', command: 'pause' },
    ])
    await vi.waitFor(() => expect(commands().at(-1)).toMatchObject({ command: 'resume', until: 6 }))
    for (const run of twins.pair!) tell(run, 6)
    await played
    expect([twins.isPlaying, twins.busy, twins.step, commands().length]).toEqual([false, false, 6, 10])
  })

  it('are brought to the same step even if another page has resumed one of them', async () => {
    const twins = await started()
    const played = twins.play()
    await vi.waitFor(() => expect(commands()).toHaveLength(2))
    tell('run-1', 1)
    tell('run-2', 40, 'running')
    await vi.waitFor(() => expect(twins.statuses.get('run-2')?.step).toBe(40))
    await twins.pause()
    await vi.waitFor(() => expect(commands().at(-1)).toMatchObject({ until: 40 }))
    tell('run-1', 40)
    tell('run-2', 40)
    await played
    expect(twins.step).toBe(40)
  })

  it('go to the end of the part if one of them waits for a core', async () => {
    const twins = await started()
    const played = twins.play()
    await vi.waitFor(() => expect(commands()).toHaveLength(2))
    let asked = 0
    host.answering.set('runs.command', () => {
      if (++asked <= 2) throw new LabError('run.queued', { place: 1 })
      return statusOf('run-1')
    })
    await twins.pause()
    expect(commands().slice(4)).toMatchObject([
      { run: 'run-1', command: 'resume', until: 1 },
      { run: 'run-2', command: 'resume', until: 1 },
    ])
    expect(useNotices().notices).toEqual([])
    for (const run of twins.pair!) tell(run, 1)
    await played
    expect([twins.step, twins.busy]).toEqual([1, false])
  })

  it('stop playing when one of them ends', async () => {
    const twins = await started()
    const played = twins.play()
    await vi.waitFor(() => expect(commands()).toHaveLength(2))
    tell('run-1', 1)
    tell('run-2', 0, 'failed')
    await played
    expect([twins.isPlaying, twins.canTrain]).toEqual([false, false])
    await twins.stop()
    expect(commands().at(-1)).toMatchObject({ run: 'run-1', command: 'stop' })
  })

  it('that are left are followed no more', async () => {
    const twins = await started()
    twins.leave()
    await vi.waitFor(() => expect(host.streams('runs.follow')).toEqual([]))
    expect(twins.pair).toBeNull()
  })
})

// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeHost, smallLab, statusOf, type FakeHost } from '../testing/fake-host'
import { useAnalysis } from './analysis'
import { useFiles } from './files'
import { useLooks } from './looks'
import { useRun } from './run'
import { useTime } from './time'

let host: FakeHost
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useFiles().open(smallLab())
  await vi.waitFor(() => expect(useAnalysis().result).not.toBeNull())
  await useRun().play()
  host.tell(statusOf('run-1', { state: 'finished', step: 100, checkpoint: 100 }), {
    series: { loss: { steps: Int32Array.from([1, 50, 100]), values: Float32Array.from([3, 2, 1]) } },
  })
  await vi.waitFor(() => expect(useRun().status?.state).toBe('finished'))
  useLooks().want('test', { samples: 1 })
})
const looked = () => host.streams('models.look').map(({ argument }) => argument.model)

describe('the time', () => {
  it('is now at first, and every look is at the chosen step: the nearest while it moves, the exact one at rest', async () => {
    const time = useTime()
    await vi.waitFor(() => expect(looked()).toEqual([{ run: 'run-1', step: 'now', nearest: false }]))
    time.seek(40)
    await vi.waitFor(() => expect(looked()).toEqual([{ run: 'run-1', step: 40, nearest: true }]))
    await vi.waitFor(() => expect(looked()).toEqual([{ run: 'run-1', step: 40, nearest: false }]))
    time.backToNow()
    await vi.waitFor(() => expect(looked()).toEqual([{ run: 'run-1', step: 'now', nearest: false }]))
  })

  it('shows the measurements of that step, or the last before', async () => {
    const time = useTime()
    await vi.waitFor(() => expect(time.valueOf('loss')).toBe(1))
    time.seek(60)
    expect(time.valueOf('loss')).toBe(2)
    time.seek(0)
    expect(time.valueOf('loss')).toBeUndefined()
    expect(time.valueOf('none')).toBeUndefined()
  })

  it('is now again beyond the last step, and in another run', async () => {
    const time = useTime()
    time.seek(200)
    expect(time.step).toBeNull()
    time.seek(-3)
    expect(time.step).toBe(0)
    await useRun().trainAgain()
    await vi.waitFor(() => expect(time.step).toBeNull())
  })

  it('moves from one kept step to the next in the film, and ends now', async () => {
    host.answering.set('runs.moments', () => ({ steps: [0, 30, 70], bytes: 1, most: 2 }))
    const time = useTime()
    await time.load()
    time.playFilm()
    expect([time.isPlaying, time.step]).toEqual([true, 0])
    await vi.waitFor(() => expect(time.step).toBe(30), 2000)
    await vi.waitFor(() => expect(time.step).toBe(70), 2000)
    await vi.waitFor(() => expect([time.isPlaying, time.step]).toEqual([false, null]), 2000)
  })

  it('is where a fork begins, with the lab on screen', async () => {
    await useRun().forkAt(40)
    expect(host.callsOf('runs.start').at(-1)).toMatchObject({ fork: { run: 'run-1', step: 40 }, from: null })
  })
})

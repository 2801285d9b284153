// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { LabError } from '@core/errors'
import { firstModel } from '@core/graph/testing'
import { fakeHost, statusOf, type FakeHost } from '../testing/fake-host'
import { useAnalysis } from './analysis'
import { useConfusion } from './confusion'
import { useFiles } from './files'
import { useLab } from './lab'
import { useRun } from './run'
import { useTime } from './time'

let host: FakeHost
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useFiles().open(firstModel(8, 2))
  await vi.waitFor(() => expect(useAnalysis().result?.problems).toEqual([]))
})
const asked = () => host.callsOf('models.confusion')
const settle = () => new Promise((resolve) => setTimeout(resolve, 400))
async function played(): Promise<ReturnType<typeof useConfusion>> {
  const confusion = useConfusion()
  await useRun().play()
  return confusion
}

describe('the confusion of the model on screen', () => {
  it('is evaluated only while a view shows it', async () => {
    const confusion = await played()
    await settle()
    expect([asked(), confusion.exists]).toEqual([[], true])
    confusion.wanted = true
    await vi.waitFor(() => expect(confusion.result?.samples).toBe(100))
    expect(asked()).toEqual([{ model: { run: 'run-1', step: 'now', nearest: false }, mutes: {} }])
  })

  it('is not evaluated at every step of a training, but when it pauses and on request', async () => {
    const confusion = await played()
    confusion.wanted = true
    await vi.waitFor(() => expect(confusion.result?.step).toBe(0))
    host.tell(statusOf('run-1', { step: 7 }))
    await settle()
    expect([asked().length, confusion.outdated]).toEqual([1, true])
    await confusion.evaluate()
    expect([confusion.result?.step, confusion.outdated]).toEqual([7, false])
    host.tell(statusOf('run-1', { step: 9, state: 'paused' }))
    await vi.waitFor(() => expect(confusion.result?.step).toBe(9))
    await settle()
    expect(asked()).toHaveLength(3)
  })

  it('is evaluated again with other parts muted', async () => {
    const confusion = await played()
    confusion.wanted = true
    await vi.waitFor(() => expect(confusion.result).not.toBeNull())
    useLab().setMutes({ 'multi-head/heads': [1, 0] })
    expect(confusion.result).toBeNull()
    await vi.waitFor(() => expect(confusion.result).not.toBeNull())
    expect(asked().at(-1)).toMatchObject({ mutes: { 'multi-head/heads': [1, 0] } })
  })

  it('is that of the step in the past that is shown, once it is exact', async () => {
    const confusion = await played()
    host.tell(statusOf('run-1', { step: 9, state: 'paused' }))
    confusion.wanted = true
    await vi.waitFor(() => expect(confusion.result?.step).toBe(9))
    useTime().seek(3)
    expect(confusion.result).toBeNull()
    await vi.waitFor(() => expect(asked()).toHaveLength(2))
    expect(asked().at(-1)).toMatchObject({ model: { run: 'run-1', step: 3, nearest: false } })
  })

  it('says why there is none, and can be tried again', async () => {
    host.failing.set('models.confusion', new LabError('model.made-room'))
    const confusion = await played()
    confusion.wanted = true
    await vi.waitFor(() => expect(confusion.problem?.code).toBe('model.made-room'))
    host.failing.clear()
    await confusion.evaluate()
    expect([confusion.problem, confusion.result?.total]).toEqual([null, 2])
  })

  it('does not exist for a task without classes', async () => {
    useFiles().open({ ...firstModel(8, 2), task: { kind: 'adding', params: {} } })
    const confusion = await played()
    confusion.wanted = true
    await settle()
    expect([confusion.exists, asked()]).toEqual([false, []])
  })
})

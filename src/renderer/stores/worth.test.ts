// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { firstModel } from '@core/graph/testing'
import { fakeHost, statusOf, type FakeHost } from '../testing/fake-host'
import { useAnalysis } from './analysis'
import { useFiles } from './files'
import { useLab } from './lab'
import { useRun } from './run'
import { useTime } from './time'
import { useWorth } from './worth'

let host: FakeHost
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useFiles().open(firstModel(8, 2))
  await vi.waitFor(() => expect(useAnalysis().result?.problems).toEqual([]))
})
const asked = () => host.callsOf('models.worth')
const settle = () => new Promise((resolve) => setTimeout(resolve, 400))

describe('what each part is worth', () => {
  it('is measured while it is switched on, when training pauses, and forgotten when it is switched off', async () => {
    const worth = useWorth()
    await useRun().play()
    await settle()
    expect(asked()).toEqual([])
    worth.isOn = true
    await vi.waitFor(() => expect(worth.partsOf('multi-head')).toHaveLength(3))
    expect(worth.partsOf('multi')).toEqual([])
    host.tell(statusOf('run-1', { step: 7 }))
    await settle()
    expect([asked().length, worth.outdated]).toEqual([1, true])
    host.tell(statusOf('run-1', { step: 9, state: 'paused' }))
    await vi.waitFor(() => expect(worth.result?.step).toBe(9))
    worth.isOn = false
    expect([worth.result, worth.partsOf('multi-head')]).toEqual([null, []])
  })

  it('is measured in addition to what is muted, at the step that is shown', async () => {
    const worth = useWorth()
    await useRun().play()
    host.tell(statusOf('run-1', { step: 9, state: 'paused' }))
    worth.isOn = true
    await vi.waitFor(() => expect(worth.result).not.toBeNull())
    useLab().setMutes({ 'multi-head/heads': [1, 0] })
    expect(worth.result).toBeNull()
    await vi.waitFor(() => expect(asked().at(-1)).toMatchObject({ mutes: { 'multi-head/heads': [1, 0] } }))
    useTime().seek(3)
    await vi.waitFor(() => expect(asked().at(-1)).toMatchObject({ model: { step: 3, nearest: false } }))
  })

  it('is off for another lab', async () => {
    const worth = useWorth()
    worth.isOn = true
    useFiles().open(firstModel(16, 2))
    await vi.waitFor(() => expect(worth.isOn).toBe(false))
  })
})

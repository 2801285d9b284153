// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Call } from '@core/contract/table'
import type { Progress } from '@core/contract/progress'
import { firstModel } from '@core/graph/testing'
import { LabError } from '@core/errors'
import { fakeHost, statusOf, type FakeHost } from '../testing/fake-host'
import { useAnalysis } from './analysis'
import { useFiles } from './files'
import { useLab } from './lab'
import { useMutes } from './mutes'
import { useNotices } from './notices'
import { useRun } from './run'

const heads = 'multi-head/heads'
let host: FakeHost
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useFiles().open(firstModel(8, 2))
  await vi.waitFor(() => expect(useAnalysis().result?.problems).toEqual([]))
})
const evaluated = () => host.callsOf('models.evaluate')
async function played(): Promise<ReturnType<typeof useMutes>> {
  await useRun().play()
  return useMutes()
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 400))

describe('muting', () => {
  it('is an undo step and is not sent to the training process', async () => {
    const mutes = await played()
    mutes.toggle(heads, 1, 2)
    expect([useLab().mutes, mutes.isMuted(heads, 1), mutes.isMuted(heads, 0)]).toEqual([{ [heads]: [1, 0] }, true, false])
    mutes.toggle(heads, 0, 2)
    mutes.unmuteAll()
    expect(useLab().mutes).toEqual({})
    useLab().undo()
    expect(useLab().mutes).toEqual({ [heads]: [0, 0] })
    useLab().undo()
    expect(useLab().mutes).toEqual({ [heads]: [1, 0] })
    expect(host.callsOf('runs.tune')).toEqual([])
  })

  it('applies only to blocks that are unchanged since training', async () => {
    const mutes = await played()
    mutes.toggle(heads, 1, 2)
    expect(mutes.applied).toEqual({ [heads]: [1, 0] })
    useLab().apply({ type: 'setParam', node: 'multi-head', param: 'scale', value: false })
    expect([mutes.applied, mutes.isMuted(heads, 1)]).toEqual([{}, true])
  })
})

describe('the effect of mutes', () => {
  it('is evaluated on the current weights after changes settle', async () => {
    const mutes = await played()
    mutes.toggle(heads, 1, 2)
    mutes.toggle(heads, 0, 2)
    await vi.waitFor(() => expect(mutes.comparison?.broken.count).toBe(11))
    expect(evaluated()).toEqual([{ model: { run: 'run-1', step: 'now', nearest: false }, mutes: { [heads]: [0, 0] } }])
    expect([mutes.busy, mutes.problem]).toEqual([false, null])
  })

  it('is not evaluated without mutes or a run, nor again during training', async () => {
    const mutes = useMutes()
    mutes.toggle(heads, 1, 2)
    await settle()
    expect(evaluated()).toEqual([])
    await useRun().play()
    await vi.waitFor(() => expect(evaluated()).toHaveLength(1))
    host.tell(statusOf('run-1', { step: 50 }))
    await settle()
    expect(evaluated()).toHaveLength(1)
    mutes.unmuteAll()
    await settle()
    expect([evaluated().length, mutes.comparison]).toEqual([1, null])
  })

  it('reports progress, and is cancelled when the mutes change', async () => {
    const signals: AbortSignal[] = []
    host.answering.set('models.evaluate', (call) => {
      const { signal, part } = call as unknown as Call<Progress>
      signals.push(signal as AbortSignal)
      part({ done: 1, of: 4 })
      return new Promise(() => undefined)
    })
    const mutes = await played()
    mutes.toggle(heads, 1, 2)
    await vi.waitFor(() => expect(mutes.progress).toEqual({ done: 1, of: 4 }))
    expect(mutes.busy).toBe(true)
    mutes.toggle(heads, 0, 2)
    expect([mutes.busy, mutes.progress]).toEqual([false, null])
    await vi.waitFor(() => expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]))
    useLab().undo()
    useLab().undo()
    await vi.waitFor(() => expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]))
    expect([mutes.busy, useNotices().notices]).toEqual([false, []])
  })

  it('reports a failure and can be retried', async () => {
    host.failing.set('models.evaluate', new LabError('model.made-room'))
    const mutes = await played()
    mutes.toggle(heads, 1, 2)
    await vi.waitFor(() => expect(mutes.problem?.code).toBe('model.made-room'))
    host.failing.clear()
    await mutes.evaluate()
    expect([mutes.problem, mutes.comparison?.samples]).toEqual([null, 100])
  })

  it('is evaluated again for another run', async () => {
    const mutes = await played()
    mutes.toggle(heads, 1, 2)
    await vi.waitFor(() => expect(mutes.comparison).not.toBeNull())
    await useRun().trainAgain()
    expect(mutes.comparison).toBeNull()
    await vi.waitFor(() => expect(evaluated()).toMatchObject([{ model: { run: 'run-1' } }, { model: { run: 'run-2' } }]))
  })
})

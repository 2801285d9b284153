// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { LabError } from '@core/errors'
import { firstModel } from '@core/graph/testing'
import { fakeHost, statusOf, type FakeHost } from '../testing/fake-host'
import { useAnalysis } from './analysis'
import { useFiles } from './files'
import { useLab } from './lab'
import { useLooks } from './looks'
import { usePatch } from './patch'
import { useRun } from './run'
import { useTime } from './time'

let host: FakeHost
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useFiles().open(firstModel(8, 2))
  await vi.waitFor(() => expect(useAnalysis().result?.problems).toEqual([]))
})
const asked = () => host.callsOf('models.patch')
const settle = () => new Promise((resolve) => setTimeout(resolve, 400))
/** Open, with the tokens of the first sample in both. */
async function opened(): Promise<ReturnType<typeof usePatch>> {
  const patch = usePatch()
  useLooks()
  await useRun().play()
  patch.isOpen = true
  await vi.waitFor(() => expect(patch.a).not.toBeNull())
  return patch
}
async function measured(): Promise<ReturnType<typeof usePatch>> {
  const patch = await opened()
  patch.change('tokens', 1, 4)
  await vi.waitFor(() => expect(patch.result).not.toBeNull())
  return patch
}

describe('patching', () => {
  it('begins with the input on screen, and asks once a token is changed in B', async () => {
    const patch = await opened()
    expect([patch.a?.tokens, patch.b?.tokens, patch.isChanged]).toEqual([[1, 2, 3], [1, 2, 3], false])
    await settle()
    expect(asked()).toEqual([])
    patch.change('tokens', 1, 4)
    expect([patch.a?.tokens, patch.b?.tokens, patch.isChanged]).toEqual([[1, 2, 3], [1, 4, 3], true])
    await vi.waitFor(() => expect(patch.result).not.toBeNull())
    expect(asked()).toEqual([
      {
        model: { run: 'run-1', step: 'now', nearest: false },
        patch: {
          a: { tokens: [1, 2, 3], source: null },
          b: { tokens: [1, 4, 3], source: null },
          ...{ position: null, mutes: {} },
        },
      },
    ])
  })

  it('shows the head with the largest effect at first, and keeps a chosen place', async () => {
    const patch = await measured()
    expect(patch.cell).toEqual({ row: 2, position: 2 })
    patch.chosen = { row: 0, position: 1 }
    expect(patch.cell).toEqual({ row: 0, position: 1 })
    patch.chosen = { row: 0, position: 9 } // of a longer input
    expect(patch.cell).toEqual({ row: 2, position: 2 })
  })

  it('swaps A and B, asks with mutes, at the position and the step that are chosen', async () => {
    const patch = await measured()
    patch.swap()
    expect([patch.a?.tokens, patch.b?.tokens]).toEqual([
      [1, 4, 3],
      [1, 2, 3],
    ])
    useLab().setMutes({ 'multi-head/heads': [1, 0] })
    patch.position = 1
    await vi.waitFor(() =>
      expect(asked().at(-1)).toMatchObject({ patch: { position: 1, mutes: { 'multi-head/heads': [1, 0] } } }),
    )
    host.tell(statusOf('run-1', { step: 9, state: 'paused' }))
    useTime().seek(3)
    await vi.waitFor(() => expect(asked().at(-1)).toMatchObject({ model: { step: 3, nearest: false } }))
  })

  it('reads typed text as the task does; B becomes the same unless it still fits', async () => {
    const patch = await opened()
    patch.type('a', 'tokens', 'abcd')
    expect([patch.a?.tokens, patch.b?.tokens]).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ])
    patch.type('b', 'tokens', 'abca')
    expect(patch.b?.tokens).toEqual([1, 2, 3, 1])
    patch.type('a', 'tokens', 'bbbb')
    expect([patch.a?.tokens, patch.b?.tokens]).toEqual([
      [2, 2, 2, 2],
      [1, 2, 3, 1],
    ])
    patch.type('a', 'tokens', 'ab')
    expect(patch.b?.tokens).toEqual([1, 2])
    patch.type('a', 'tokens', 'a?b')
    expect([patch.a?.tokens, patch.a?.leftOut]).toEqual([[1, 2], ['?']])
    patch.type('a', 'tokens', '?')
    expect(patch.typingProblem?.code).toMatch(/^(look|generate)\./)
    expect(patch.a?.tokens).toEqual([1, 2])
    patch.type('a', 'tokens', 'abc')
    expect(patch.typingProblem).toBeNull()
  })

  it('says what is wrong with the inputs, and forgets them with the model', async () => {
    const patch = await opened()
    host.failing.set('models.patch', new LabError('patch.same-answer'))
    patch.change('tokens', 0, 3)
    await vi.waitFor(() => expect(patch.problem?.code).toBe('patch.same-answer'))
    useFiles().open(firstModel(16, 2))
    await vi.waitFor(() => expect([patch.a, patch.isOpen]).toEqual([null, false]))
  })

  it('is cancelled when it is closed, and then asks nothing', async () => {
    const patch = await measured()
    patch.isOpen = false
    expect(patch.result).toBeNull()
    const before = asked().length
    patch.change('tokens', 0, 3)
    await settle()
    expect(asked()).toHaveLength(before)
  })
})

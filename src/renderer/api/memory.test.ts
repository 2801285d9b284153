// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { labEvents, labMethods, type LabMethods } from '@core/contract/lab'
import { memoryPorts } from '@core/contract/memory-port'
import { serve } from '@core/contract/rpc'
import type { Handlers } from '@core/contract/table'
import { LabError } from '@core/errors'
import { createHost } from './host'
import { openMemory } from './memory'

let kept: Record<string, string | null>
let failing: LabError | null
let disconnect: () => void

beforeEach(() => {
  vi.useFakeTimers()
  kept = { theme: 'dark' }
  failing = null
})
afterEach(() => vi.useRealTimers())

/** A host with settings storage only. */
function host() {
  const handlers: Pick<Handlers<LabMethods>, 'memory.recall' | 'memory.remember'> = {
    'memory.recall': () => {
      if (failing) throw failing
      return kept as Record<string, string>
    },
    'memory.remember': ({ key, value }) => {
      if (failing) throw failing
      kept[key] = value
    },
  }
  return createHost(() => {
    const [near, far] = memoryPorts(structuredClone)
    const server = serve(far, labMethods, labEvents, handlers as Handlers<LabMethods>)
    disconnect = () => server.close()
    return Promise.resolve(near)
  })
}
const told = () => vi.advanceTimersByTimeAsync(0)

it('reads the settings stored by the host', async () => {
  const memory = await openMemory(host())
  expect([memory.recall('theme'), memory.recall('layout')]).toEqual(['dark', undefined])
})

it('does not overwrite settings that could not be read', async () => {
  failing = new LabError('file.denied', { path: 'memory.json' })
  const memory = await openMemory(host())
  expect(memory.problem).toEqual({ code: 'file.denied', params: { path: 'memory.json' } })
  expect(memory.recall('theme')).toBeUndefined()
  failing = null
  memory.remember('theme', () => 'light')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(kept['theme']).toBe('dark')
})

it('debounces writes and stores the values at the time of writing', async () => {
  const memory = await openMemory(host())
  let value = 'one'
  const asked = vi.fn(() => value)
  memory.remember('language', asked)
  await vi.advanceTimersByTimeAsync(200)
  memory.remember('language', asked)
  value = 'two'
  expect(kept['language']).toBeUndefined()
  await vi.advanceTimersByTimeAsync(101)
  expect(kept['language']).toBe('two')
  expect(asked).toHaveBeenCalledTimes(1)
})

it.each([
  ['pagehide', () => window.dispatchEvent(new Event('pagehide'))],
  ['beforeunload', () => window.dispatchEvent(new Event('beforeunload'))],
  ['visibilitychange', () => document.dispatchEvent(new Event('visibilitychange'))],
])('writes immediately on %s', async (_, leave) => {
  const memory = await openMemory(host())
  memory.remember('layout', () => 'unsaved')
  leave()
  await told()
  expect(kept['layout']).toBe('unsaved')
})

it('removes a key', async () => {
  const memory = await openMemory(host())
  memory.remember('theme', () => null)
  await vi.advanceTimersByTimeAsync(301)
  expect(kept['theme']).toBeNull()
})

describe('a failed write', () => {
  it('is retried on reconnection', async () => {
    const memory = await openMemory(host())
    disconnect()
    memory.remember('layout', () => 'edited while the host was away')
    await vi.advanceTimersByTimeAsync(500)
    expect(kept['layout']).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1000)
    expect(kept['layout']).toBe('edited while the host was away')
  })

  it('is retried on the next change, unless the key has a newer value', async () => {
    const memory = await openMemory(host())
    failing = new LabError('file.disk-full', { path: '' })
    memory.remember('layout', () => 'old')
    await vi.advanceTimersByTimeAsync(301)
    failing = null
    memory.remember('language', () => 'zh')
    await vi.advanceTimersByTimeAsync(301)
    expect(kept).toMatchObject({ layout: 'old', language: 'zh' })
  })
})

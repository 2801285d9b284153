import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { LabError } from '../errors'
import { aborted, newAbort, type Signal } from './cancel'
import { owner } from './client'
import { decodeMessage, encodeMessage } from './codec'
import { memoryPorts } from './memory-port'
import { connect, serve } from './rpc'
import { event, method, type Call } from './table'

const methods = {
  double: method(z.object({ value: z.number() })).returns<number>(),
  nothing: method(z.object({})).returns<void>(),
  refuse: method(z.object({})).returns<void>(),
  break: method(z.object({})).returns<void>(),
  forever: method(z.object({})).returns<void>(),
} as const
const events = { ticked: event<{ readonly count: number }>() } as const

function pair(copy: (message: unknown) => unknown = structuredClone) {
  const [near, far] = memoryPorts(copy)
  const log = vi.fn()
  const double = vi.fn(({ value }: { value: number }) => value * 2)
  const server = serve(
    far,
    methods,
    events,
    {
      double,
      nothing: () => undefined,
      refuse: () => {
        throw new LabError('bad-argument', { method: 'refuse', path: 'x', detail: 'y' }, { node: 'n1', port: 'in' })
      },
      break: () => Promise.reject(new RangeError('index 7')),
      forever: () => new Promise<void>(() => undefined),
    },
    { log },
  )
  return { near, far, server, log, double, client: connect(near, methods, events) }
}

describe('calls', () => {
  it('return each result to its own caller', async () => {
    const { client } = pair()
    expect(await Promise.all([1, 2, 3].map((value) => client.call.double({ value })))).toEqual([2, 4, 6])
    await expect(client.call.nothing({})).resolves.toBeUndefined()
  })

  it('work over the byte codec', async () => {
    const { client } = pair((message) => decodeMessage(encodeMessage(message)))
    expect(await client.call.double({ value: 21 })).toBe(42)
    await expect(client.call.nothing({})).resolves.toBeUndefined()
    await expect(client.call.refuse({})).rejects.toMatchObject({ code: 'bad-argument', node: 'n1' })
  })

  it('carry a LabError with its code, parameters and node', async () => {
    const error = await pair()
      .client.call.refuse({})
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(LabError)
    expect(error).toMatchObject({
      code: 'bad-argument',
      params: { method: 'refuse', path: 'x', detail: 'y' },
      node: 'n1',
      port: 'in',
    })
  })

  it('report an unexpected exception as internal with its detail, and log it on the server', async () => {
    const { client, log } = pair()
    await expect(client.call.break({})).rejects.toMatchObject({ code: 'internal', params: { detail: 'index 7' } })
    expect(log).toHaveBeenCalledExactlyOnceWith('break', expect.any(RangeError))
  })

  it('reach the handler only with arguments that match its schema', async () => {
    const { client, double } = pair()
    const wrong = { value: '2' } as unknown as { value: number }
    await expect(client.call.double(wrong)).rejects.toMatchObject({
      code: 'bad-argument',
      params: { method: 'double', path: 'value' },
    })
    await expect(client.call.double({ value: Number.NaN })).rejects.toMatchObject({ code: 'bad-argument' })
    await expect(client.call.double(undefined as never)).rejects.toMatchObject({ code: 'bad-argument' })
    expect(double).not.toHaveBeenCalled()
  })

  it('fail with an error if the argument cannot be sent', async () => {
    const { client } = pair()
    await expect(client.call.double({ value: (() => 1) as unknown as number })).rejects.toMatchObject({ code: 'internal' })
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'then', '', 'Double', 'double '])(
    'cannot reach %j',
    async (name) => {
      const { near } = pair()
      const answers: unknown[] = []
      near.onMessage((message) => answers.push(message))
      near.post({ call: 1, method: name, argument: {} })
      await vi.waitFor(() => expect(answers).toHaveLength(1))
      expect(answers[0]).toMatchObject({ reply: 1, problem: { code: 'unknown-method' } })
    },
  )
})

describe('malformed messages', () => {
  it('are ignored on both sides', async () => {
    const { near, far, client } = pair()
    const rubbish = [null, undefined, 7, 'x', [], {}, { call: 'x' }, { call: 1 }, { reply: 'x' }, { reply: 99 }, { event: 3 }]
    for (const message of [...rubbish, { event: 'constructor', payload: 1 }, { reply: 98, problem: 'odd' }]) {
      near.post(message)
      far.post(message)
    }
    expect(await client.call.double({ value: 4 })).toBe(8)
  })

  it('with an unknown error code become internal', async () => {
    const [near, far] = memoryPorts()
    const client = connect(near, methods, events)
    far.onMessage(() => far.post({ reply: 1, problem: { code: 'from-the-future', params: {} } }))
    await expect(client.call.nothing({})).rejects.toMatchObject({ code: 'internal', params: { detail: 'from-the-future' } })
  })
})

describe('events', () => {
  it('reach every listener in order, until it stops listening', async () => {
    const { client, server } = pair()
    const first: number[] = []
    const second: number[] = []
    const stop = client.on('ticked', ({ count }) => first.push(count))
    client.on('ticked', ({ count }) => second.push(count))
    server.emit('ticked', { count: 1 })
    server.emit('ticked', { count: 2 })
    await client.call.nothing({})
    stop()
    server.emit('ticked', { count: 3 })
    await client.call.nothing({})
    expect(first).toEqual([1, 2])
    expect(second).toEqual([1, 2, 3])
  })
})

describe('parts', () => {
  const streaming = {
    count: method(z.object({ to: z.number() }))
      .streams<number>()
      .returns<string>(),
    wait: method(z.object({})).streams<string>().returns<void>(),
    teach: method(z.object({})).for('owner').returns<string>(),
  } as const
  function stream(client = owner) {
    const [near, far] = memoryPorts(structuredClone)
    const signals: Signal[] = []
    const server = serve(
      far,
      streaming,
      {},
      {
        count: ({ to }, { part }) => {
          for (let value = 1; value <= to; value++) part(value)
          return 'done'
        },
        wait: async (_, { signal, part }) => {
          signals.push(signal)
          part('waiting')
          await aborted(signal)
          part('after the end')
        },
        teach: (_, call) => call.client.person,
      },
      { client },
    )
    return { near, server, signals, client: connect(near, streaming, {}) }
  }

  it('arrive in order and before the result, each at its own call', async () => {
    const { client } = stream()
    const heard: unknown[] = []
    const count = (to: number) => client.call.count({ to }, { onPart: (part) => void heard.push([to, part]) })
    expect(await Promise.all([count(2), count(1)])).toEqual(['done', 'done'])
    expect(heard).toEqual([
      [2, 1],
      [2, 2],
      [1, 1],
    ])
  })

  it('end when the caller cancels: the call fails immediately, its signal is aborted, and no more parts arrive', async () => {
    const { client, signals } = stream()
    const abort = newAbort()
    const heard: string[] = []
    const waiting = client.call.wait({}, { signal: abort.signal, onPart: (part) => void heard.push(part) })
    await vi.waitFor(() => expect(heard).toEqual(['waiting']))
    abort.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    await vi.waitFor(() => expect(signals[0]!.aborted).toBe(true))
    expect(await client.call.count({ to: 0 })).toBe('done')
    expect(heard).toEqual(['waiting'])
  })

  it('are not started for a call that is already cancelled', async () => {
    const { client, signals } = stream()
    const abort = newAbort()
    abort.abort()
    await expect(client.call.wait({}, { signal: abort.signal })).rejects.toMatchObject({ code: 'cancelled' })
    expect(await client.call.count({ to: 0 })).toBe('done')
    expect(signals).toEqual([])
  })

  it('of all calls of a port end when it closes', async () => {
    const { client, signals } = stream()
    const waiting = [client.call.wait({}), client.call.wait({})]
    await vi.waitFor(() => expect(signals).toHaveLength(2))
    client.close()
    for (const each of waiting) await expect(each).rejects.toMatchObject({ code: 'connection-closed' })
    expect(signals.map((signal) => signal.aborted)).toEqual([true, true])
  })

  it('cancelling a finished or unknown call has no effect', async () => {
    const { client, near } = stream()
    const abort = newAbort()
    expect(await client.call.count({ to: 1 }, { signal: abort.signal })).toBe('done')
    abort.abort()
    near.post({ cancel: 99 })
    near.post({ cancel: 'x' })
    expect(await client.call.count({ to: 1 })).toBe('done')
  })

  it('are counted until the caller has processed them, so that a handler can wait for a slow caller', async () => {
    const [near, far] = memoryPorts(structuredClone)
    const calls: Call<number>[] = []
    const feed = { feed: method(z.object({})).streams<number>().returns<void>() } as const
    serve(far, feed, {}, { feed: (_, call) => (calls.push(call), aborted(call.signal)) })
    const dealtWith: (() => void)[] = []
    const abort = newAbort()
    const onPart = () => new Promise<void>((resolve) => dealtWith.push(resolve))
    const call = connect(near, feed, {}).call.feed({}, { onPart, signal: abort.signal })
    await vi.waitFor(() => expect(calls).toHaveLength(1))
    const [{ part, clear, taken }] = calls as [Call<number>]
    await taken()
    for (let value = 1; value <= 15; value++) part(value)
    expect(clear()).toBe(true)
    part(16)
    expect(clear()).toBe(false)

    const allTaken = vi.fn()
    void taken().then(allTaken)
    await vi.waitFor(() => expect(dealtWith).toHaveLength(16))
    for (const deal of dealtWith.slice(1)) deal()
    await vi.waitFor(() => expect(clear()).toBe(true))
    expect(allTaken).not.toHaveBeenCalled()
    dealtWith[0]!()
    await vi.waitFor(() => expect(allTaken).toHaveBeenCalled())

    part(17)
    const cancelled = taken()
    abort.abort()
    await cancelled
    await expect(call).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('are refused to roles that are not allowed', async () => {
    expect(await stream().client.call.teach({})).toBe('owner')
    const learner = stream({ person: 'li', role: 'learner', workspace: 'li' })
    await expect(learner.client.call.teach({})).rejects.toMatchObject({ code: 'not-allowed', params: { method: 'teach' } })
  })

  it('of too many concurrent calls are refused', async () => {
    const { client } = stream()
    const calls = Array.from({ length: 300 }, () => client.call.wait({}).catch((error: unknown) => (error as LabError).code))
    expect(await Promise.race(calls)).toBe('too-many-calls')
    client.close()
    await Promise.all(calls)
  })
})

describe('closing', () => {
  it.each(['client', 'server'] as const)('by the %s fails pending and later calls', async (side) => {
    const { client, server } = pair()
    const closed = vi.fn()
    client.onClose(closed)
    const waiting = client.call.forever({})
    if (side === 'client') client.close()
    else server.close()
    await expect(waiting).rejects.toMatchObject({ code: 'connection-closed' })
    await expect(client.call.double({ value: 1 })).rejects.toMatchObject({ code: 'connection-closed' })
    expect(closed).toHaveBeenCalledOnce()
    expect(() => server.emit('ticked', { count: 1 })).not.toThrow()
  })
})

import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { LabError } from '../errors'
import { decodeMessage, encodeMessage } from './codec'
import { memoryPorts } from './memory-port'
import { connect, serve } from './rpc'
import { event, method } from './table'

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
    log,
  )
  return { near, far, server, log, double, client: connect(near, methods, events) }
}

describe('calls', () => {
  it('bring the result back, each to its own caller', async () => {
    const { client } = pair()
    expect(await Promise.all([1, 2, 3].map((value) => client.call.double({ value })))).toEqual([2, 4, 6])
    await expect(client.call.nothing({})).resolves.toBeUndefined()
  })

  it('work the same over the byte codec', async () => {
    const { client } = pair((message) => decodeMessage(encodeMessage(message)))
    expect(await client.call.double({ value: 21 })).toBe(42)
    await expect(client.call.nothing({})).resolves.toBeUndefined()
    await expect(client.call.refuse({})).rejects.toMatchObject({ code: 'bad-argument', node: 'n1' })
  })

  it('carry a LabError with its code, parameters and place', async () => {
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

  it('report an unexpected exception as internal, with its detail, and log it at the server', async () => {
    const { client, log } = pair()
    await expect(client.call.break({})).rejects.toMatchObject({ code: 'internal', params: { detail: 'index 7' } })
    expect(log).toHaveBeenCalledExactlyOnceWith('break', expect.any(RangeError))
  })

  it('reach the handler only with arguments its schema accepts', async () => {
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

  it('fail with a sentence when the argument cannot be sent', async () => {
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
  it('are ignored by both sides', async () => {
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

describe('closing', () => {
  it.each(['client', 'server'] as const)('by the %s fails calls that wait and calls made later', async (side) => {
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

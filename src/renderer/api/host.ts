/** The page's connection to its host: typed calls and events, with automatic reconnection. */
import { inject, readonly, shallowRef, type InjectionKey, type Ref } from 'vue'
import type { z } from 'zod'
import { labEvents, labMethods, type LabEvents, type LabMethods } from '@core/contract/lab'
import type { Port } from '@core/contract/port'
import { connect, type Connection } from '@core/contract/rpc'
import type { Caller, CallOptions, Part, Payload } from '@core/contract/table'
import { LabError, toProblem, type Problem } from '@core/errors'

/** Methods that answer with a stream of parts. */
export type StreamName = { [K in keyof LabMethods]: [Part<LabMethods, K>] extends [never] ? never : K }[keyof LabMethods]

export interface StreamListener<P> {
  /** After a lost connection the stream restarts from its first part. */
  readonly onPart: (part: P) => void
  /** The stream completed normally. */
  readonly onEnd?: () => void
  /** The stream failed, for any reason other than a lost connection. */
  readonly onFailure: (problem: Problem) => void
}

export interface Host {
  /** Calls wait for the first connection; while a connection is lost they fail with `connection-closed`. */
  readonly call: Caller<LabMethods>
  /** Keeps a stream open across reconnections. Returns a function that stops it; no callback runs after that. */
  stream<K extends StreamName>(
    name: K,
    argument: z.input<LabMethods[K]['argument']>,
    listener: StreamListener<Part<LabMethods, K>>,
  ): () => void
  /** Stays subscribed across reconnections. */
  on<K extends keyof LabEvents>(event: K, listener: (payload: Payload<LabEvents, K>) => void): () => void
  readonly state: Readonly<Ref<'connecting' | 'connected' | 'lost'>>
  /** Called now if connected, and after every reconnection. Returns a function that removes the listener. */
  onConnected(listener: () => void): () => void
}

export const hostKey: InjectionKey<Host> = Symbol('host')

/** The host provided to the application; also available in stores. */
export function useHost(): Host {
  const host = inject(hostKey)
  if (!host) throw new Error('the application was set up without a host')
  return host
}

type AnyCall = (argument: never, options?: CallOptions<never>) => Promise<unknown>

const retryAfter = 1000 // milliseconds

/** Connects, and reconnects whenever the connection is lost. `open` makes one attempt. */
export function createHost(open: () => Promise<Port>): Host {
  const state = shallowRef<'connecting' | 'connected' | 'lost'>('connecting')
  const listeners = new Map<string, Set<(payload: never) => void>>()
  const connectedListeners = new Set<() => void>()
  let connection: Connection<LabMethods, LabEvents> | undefined
  let announceFirst = (): void => undefined
  const first = new Promise<void>((resolve) => (announceFirst = resolve))

  async function attempt(): Promise<void> {
    try {
      take(await open())
    } catch {
      state.value = 'lost'
      setTimeout(() => void attempt(), retryAfter)
    }
  }

  function take(port: Port): void {
    const made = connect(port, labMethods, labEvents)
    connection = made
    for (const event of Object.keys(labEvents) as (keyof LabEvents)[]) {
      made.on(event, (payload) => {
        for (const listener of listeners.get(event) ?? []) listener(payload as never)
      })
    }
    made.onClose(() => {
      connection = undefined
      state.value = 'lost'
      setTimeout(() => void attempt(), retryAfter)
    })
    state.value = 'connected'
    announceFirst()
    for (const listener of connectedListeners) listener()
  }

  async function send(name: keyof LabMethods, argument: never, options?: CallOptions<never>): Promise<unknown> {
    await first
    if (!connection) throw new LabError('connection-closed')
    return (connection.call[name] as AnyCall)(argument, options)
  }
  const call = Object.fromEntries(
    Object.keys(labMethods).map((name): [string, AnyCall] => [
      name,
      (argument, options) => send(name as keyof LabMethods, argument, options),
    ]),
  ) as unknown as Caller<LabMethods>

  function onConnected(listener: () => void): () => void {
    connectedListeners.add(listener)
    if (state.value === 'connected') listener()
    return () => void connectedListeners.delete(listener)
  }

  function stream<K extends StreamName>(
    name: K,
    argument: z.input<LabMethods[K]['argument']>,
    { onPart, onEnd, onFailure }: StreamListener<Part<LabMethods, K>>,
  ): () => void {
    const abort = new AbortController()
    const { signal } = abort
    const open = async (): Promise<void> => {
      try {
        await call[name](argument, { signal, onPart })
        stop()
        onEnd?.()
      } catch (error) {
        const problem = toProblem(error)
        if (signal.aborted || problem.code === 'connection-closed') return
        stop()
        onFailure(problem)
      }
    }
    const forget = onConnected(() => void open())
    const stop = (): void => {
      forget()
      abort.abort()
    }
    return stop
  }

  void attempt()
  return {
    call,
    stream,
    on: (event, listener) => {
      const heard = listeners.get(event) ?? new Set()
      listeners.set(event, heard.add(listener))
      return () => void heard.delete(listener)
    },
    state: readonly(state),
    onConnected,
  }
}

/** The page's one way to its host: typed calls and events that survive a lost and regained connection. */
import { inject, readonly, shallowRef, type InjectionKey, type Ref } from 'vue'
import { labEvents, labMethods, type LabEvents, type LabMethods } from '@core/contract/lab'
import type { Port } from '@core/contract/port'
import { connect, type Connection } from '@core/contract/rpc'
import type { Caller, Payload } from '@core/contract/table'
import { LabError } from '@core/errors'

export interface Host {
  /** Calls wait for the first connection; while a connection is lost they fail with `connection-closed`. */
  readonly call: Caller<LabMethods>
  /** Stays subscribed across reconnections. */
  on<K extends keyof LabEvents>(event: K, listener: (payload: Payload<LabEvents, K>) => void): () => void
  readonly state: Readonly<Ref<'connecting' | 'connected' | 'lost'>>
  /** Called now if connected, and after every reconnection. */
  onConnected(listener: () => void): void
}

export const hostKey: InjectionKey<Host> = Symbol('host')

/** The host given to the application; also within stores. */
export function useHost(): Host {
  const host = inject(hostKey)
  if (!host) throw new Error('the application was set up without a host')
  return host
}

const retryAfter = 1000 // milliseconds

/** Opens a connection, and another whenever it is lost. `open` makes one attempt. */
export function createHost(open: () => Promise<Port>): Host {
  const state = shallowRef<'connecting' | 'connected' | 'lost'>('connecting')
  const listeners = new Map<string, Set<(payload: never) => void>>()
  const connectedListeners: (() => void)[] = []
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

  async function call(name: keyof LabMethods, argument: never): Promise<unknown> {
    await first
    if (!connection) throw new LabError('connection-closed')
    return connection.call[name](argument)
  }

  void attempt()
  return {
    call: Object.fromEntries(
      Object.keys(labMethods).map((name) => [name, (argument: never) => call(name as keyof LabMethods, argument)]),
    ) as unknown as Caller<LabMethods>,
    on: (event, listener) => {
      const heard = listeners.get(event) ?? new Set()
      listeners.set(event, heard.add(listener))
      return () => void heard.delete(listener)
    },
    state: readonly(state),
    onConnected: (listener) => {
      connectedListeners.push(listener)
      if (state.value === 'connected') listener()
    },
  }
}

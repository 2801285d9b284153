/**
 * Calls and events over a Port, derived from a table of methods and one of events. Three messages exist:
 * `{ call, method, argument }`, `{ reply, result | problem }` and `{ event, payload }`; anything else is ignored.
 */
import { z } from 'zod'
import { fromProblem, LabError, toProblem } from '../errors'
import type { Port } from './port'
import type { Client, EventTable, Handlers, MethodTable, Payload } from './table'

// Optional, because a byte codec leaves out what is undefined.
const anything = z.unknown().optional()
const call = z.object({ call: z.number(), method: z.string(), argument: anything })
const reply = z.object({ reply: z.number(), result: anything, problem: anything })
const notice = z.object({ event: z.string(), payload: anything })

export interface Server<E extends EventTable> {
  /** Tells the other side; after the port has closed, nobody. */
  emit<K extends keyof E & string>(event: K, payload: Payload<E, K>): void
  close(): void
}

export interface Connection<M extends MethodTable, E extends EventTable> {
  /** Every method of the table. Failures arrive as LabError. */
  readonly call: Client<M>
  /** Returns a function that stops listening. */
  on<K extends keyof E & string>(event: K, listener: (payload: Payload<E, K>) => void): () => void
  onClose(listener: () => void): void
  close(): void
}

/**
 * Answers the calls that come in over the port. Only the table's own methods can be called, and a handler sees only arguments its
 * schema accepts. `log` hears of exceptions that are not LabErrors; the caller gets them as code `internal`.
 */
export function serve<M extends MethodTable, E extends EventTable>(
  port: Port,
  methods: M,
  _events: E,
  handlers: Handlers<M>,
  log: (method: string, error: unknown) => void = () => undefined,
): Server<E> {
  let open = true

  async function run(name: string, argument: unknown): Promise<unknown> {
    if (!Object.hasOwn(methods, name)) throw new LabError('unknown-method', { method: name.slice(0, 64) })
    const parsed = methods[name]!.argument.safeParse(argument)
    if (!parsed.success) throw badArgument(name, parsed.error)
    return (handlers as Handlers<MethodTable>)[name]!(parsed.data)
  }

  async function answer(id: number, name: string, argument: unknown): Promise<void> {
    try {
      const result = await run(name, argument)
      if (open) port.post({ reply: id, result })
    } catch (error) {
      if (!(error instanceof LabError)) log(name, error)
      if (open) port.post({ reply: id, problem: toProblem(error) })
    }
  }

  port.onMessage((message) => {
    const request = call.safeParse(message)
    if (request.success) void answer(request.data.call, request.data.method, request.data.argument)
  })
  port.onClose(() => (open = false))
  return {
    emit: (event, payload) => {
      if (open) port.post({ event, payload })
    },
    close: () => {
      open = false
      port.close()
    },
  }
}

/** The caller's side of `serve`. When the port closes, calls that wait and calls made later fail with `connection-closed`. */
export function connect<M extends MethodTable, E extends EventTable>(port: Port, methods: M, events: E): Connection<M, E> {
  const pending = new Map<number, { resolve: (result: unknown) => void; reject: (error: LabError) => void }>()
  const listeners = new Map<string, Set<(payload: unknown) => void>>(Object.keys(events).map((name) => [name, new Set()]))
  let open = true
  let calls = 0

  function closed(): void {
    open = false
    for (const { reject } of pending.values()) reject(new LabError('connection-closed'))
    pending.clear()
  }

  const send = (name: string, argument: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      if (!open) throw new LabError('connection-closed')
      const id = ++calls
      try {
        port.post({ call: id, method: name, argument })
      } catch (error) {
        throw fromProblem(toProblem(error)) // the argument cannot be sent, e.g. a function or a proxy
      }
      pending.set(id, { resolve, reject })
    })

  port.onMessage((message) => {
    const answer = reply.safeParse(message)
    if (answer.success) {
      const { reply: id, result, problem } = answer.data
      const waiting = pending.get(id)
      pending.delete(id)
      if (problem === undefined || problem === null) waiting?.resolve(result)
      else waiting?.reject(fromProblem(problem))
      return
    }
    const told = notice.safeParse(message)
    if (told.success) for (const listener of listeners.get(told.data.event) ?? []) listener(told.data.payload)
  })
  port.onClose(closed)

  return {
    call: Object.fromEntries(
      Object.keys(methods).map((name) => [name, (argument: unknown) => send(name, argument)]),
    ) as Client<M>,
    on: (event, listener) => {
      const heard = listener as (payload: unknown) => void
      listeners.get(event)?.add(heard)
      return () => void listeners.get(event)?.delete(heard)
    },
    onClose: (listener) => port.onClose(listener),
    close: () => {
      closed()
      port.close()
    },
  }
}

/** The first thing that does not fit, and where. */
function badArgument(method: string, error: z.ZodError): LabError {
  const issue = error.issues[0]
  return new LabError('bad-argument', { method, path: issue?.path.join('.') || 'argument', detail: issue?.message ?? '' })
}

/**
 * Calls and events over a Port, derived from a table of methods and one of events. Six messages exist: `{ call, method, argument }`,
 * `{ cancel }`, `{ part, payload }`, `{ taken }`, `{ reply, result | problem }` and `{ event, payload }`; anything else is ignored.
 */
import { z } from 'zod'
import { fromProblem, LabError, toProblem } from '../errors'
import { newAbort, onAbort, type Abort, type Signal } from './cancel'
import { owner, type Client } from './client'
import type { Port } from './port'
import type { Call, Caller, CallOptions, EventTable, Handlers, MethodTable, Payload } from './table'

// Optional, because byte codecs omit undefined properties.
const anything = z.unknown().optional()
const callMessage = z.object({ call: z.number(), method: z.string(), argument: anything })
const cancelMessage = z.object({ cancel: z.number() })
const partMessage = z.object({ part: z.number(), payload: anything })
const takenMessage = z.object({ taken: z.number() })
const replyMessage = z.object({ reply: z.number(), result: anything, problem: anything })
const eventMessage = z.object({ event: z.string(), payload: anything })

/** Parts of one call that may be unacknowledged before its caller counts as slow. */
const mostUntaken = 16
/** Maximum concurrent calls of one side. */
const mostCalls = 256

export interface Server<E extends EventTable> {
  /** Sends an event to the other side; no effect after the port has closed. */
  emit<K extends keyof E & string>(event: K, payload: Payload<E, K>): void
  close(): void
}

export interface Connection<M extends MethodTable, E extends EventTable> {
  /** Every method of the table. Failures arrive as LabError. */
  readonly call: Caller<M>
  /** Returns a function that stops listening. */
  on<K extends keyof E & string>(event: K, listener: (payload: Payload<E, K>) => void): () => void
  onClose(listener: () => void): void
  close(): void
}

export interface ServeOptions {
  /** The client on the other side; the owner by default. */
  readonly client?: Client
  /** Whether another call may be answered now; by default always. Refused ones get `class.too-fast`. */
  readonly mayCall?: () => boolean
  /** Called with exceptions that are not LabErrors; the caller gets them as code `internal`. */
  readonly log?: (method: string, error: unknown) => void
}

/**
 * Answers the calls arriving on the port. Only the table's own methods can be called, only by allowed roles, and handlers receive only
 * arguments that match the schema. When the port closes, all active calls are cancelled.
 */
export function serve<M extends MethodTable, E extends EventTable>(
  port: Port,
  methods: M,
  _events: E,
  handlers: Handlers<M>,
  { client = owner, mayCall = () => true, log = () => undefined }: ServeOptions = {},
): Server<E> {
  let open = true
  const underWay = new Map<number, UnderWay>()

  async function run(name: string, argument: unknown, call: Call<unknown>): Promise<unknown> {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined
    if (!method) throw new LabError('unknown-method', { method: name.slice(0, 64) })
    if (!method.roles.includes(client.role)) throw new LabError('not-allowed', { method: name })
    const parsed = method.argument.safeParse(argument)
    if (!parsed.success) throw badArgument(name, parsed.error)
    return (handlers as Handlers<MethodTable>)[name]!(parsed.data, call)
  }

  async function answer(id: number, name: string, argument: unknown): Promise<void> {
    if (underWay.has(id)) return
    const abort = newAbort()
    const { signal } = abort
    const parts = countParts(signal)
    underWay.set(id, { abort, parts })
    const reply = (message: object): void => {
      if (open) port.post({ reply: id, ...message })
    }
    const call: Call<unknown> = {
      client,
      signal,
      part: (payload) => {
        if (!open || signal.aborted) return
        parts.sent()
        port.post({ part: id, payload })
      },
      clear: () => parts.untaken() < mostUntaken,
      taken: () => parts.allTaken(),
    }
    try {
      if (!mayCall()) throw new LabError('class.too-fast')
      if (underWay.size > mostCalls) throw new LabError('too-many-calls', { most: mostCalls })
      reply({ result: await run(name, argument, call) })
    } catch (error) {
      if (!(error instanceof LabError) && !signal.aborted) log(name, error)
      reply({ problem: toProblem(error) })
    } finally {
      underWay.delete(id)
    }
  }

  port.onMessage((message) => {
    const request = callMessage.safeParse(message)
    if (request.success) return void answer(request.data.call, request.data.method, request.data.argument)
    const cancelled = cancelMessage.safeParse(message)
    if (cancelled.success) return underWay.get(cancelled.data.cancel)?.abort.abort()
    const taken = takenMessage.safeParse(message)
    if (taken.success) underWay.get(taken.data.taken)?.parts.oneTaken()
  })
  port.onClose(() => {
    open = false
    for (const { abort } of underWay.values()) abort.abort()
  })
  return {
    emit: (event, payload) => {
      if (open) port.post({ event, payload })
    },
    close: () => port.close(),
  }
}

interface UnderWay {
  readonly abort: Abort
  readonly parts: ReturnType<typeof countParts>
}

/** Counts the unacknowledged parts of a call. */
function countParts(signal: Signal) {
  let untaken = 0
  let waiting: (() => void)[] = []
  const wake = (): void => {
    for (const resolve of waiting) resolve()
    waiting = []
  }
  onAbort(signal, wake)
  return {
    untaken: () => untaken,
    sent: () => {
      untaken++
    },
    oneTaken: () => {
      untaken = Math.max(0, untaken - 1)
      if (untaken === 0) wake()
    },
    /** Resolves immediately if the call is cancelled. */
    allTaken: async () => {
      if (untaken > 0 && !signal.aborted) await new Promise<void>((resolve) => waiting.push(resolve))
    },
  }
}

interface Pending {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: LabError) => void
  readonly onPart: ((part: never) => void | Promise<void>) | undefined
}

/** The caller's side of `serve`. When the port closes, pending and later calls fail with `connection-closed`. */
export function connect<M extends MethodTable, E extends EventTable>(port: Port, methods: M, events: E): Connection<M, E> {
  const pending = new Map<number, Pending>()
  const listeners = new Map<string, Set<(payload: unknown) => void>>(Object.keys(events).map((name) => [name, new Set()]))
  let open = true
  let calls = 0

  function closed(): void {
    open = false
    for (const { reject } of pending.values()) reject(new LabError('connection-closed'))
    pending.clear()
  }

  const send = (name: string, argument: unknown, { signal, onPart }: CallOptions<never> = {}) =>
    new Promise<unknown>((resolve, reject) => {
      if (!open) throw new LabError('connection-closed')
      if (signal?.aborted) throw new LabError('cancelled')
      const id = ++calls
      try {
        port.post({ call: id, method: name, argument })
      } catch (error) {
        throw fromProblem(toProblem(error)) // the argument cannot be cloned, e.g. a function or a proxy
      }
      const forget = signal
        ? onAbort(signal, () => {
            if (!pending.delete(id)) return
            if (open) port.post({ cancel: id })
            reject(new LabError('cancelled'))
          })
        : () => undefined
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T): void => {
          forget()
          settle(value)
        }
      pending.set(id, { resolve: settled(resolve), reject: settled(reject), onPart })
    })

  /** Acknowledges each part once processed, so that the other side can slow down. */
  async function take(id: number, payload: never): Promise<void> {
    await pending.get(id)?.onPart?.(payload)
    if (open && pending.has(id)) port.post({ taken: id })
  }

  port.onMessage((message) => {
    const part = partMessage.safeParse(message)
    if (part.success) return void take(part.data.part, part.data.payload as never)
    const answer = replyMessage.safeParse(message)
    if (answer.success) {
      const { reply: id, result, problem } = answer.data
      const waiting = pending.get(id)
      pending.delete(id)
      if (problem === undefined || problem === null) waiting?.resolve(result)
      else waiting?.reject(fromProblem(problem))
      return
    }
    const emitted = eventMessage.safeParse(message)
    if (emitted.success) for (const listener of listeners.get(emitted.data.event) ?? []) listener(emitted.data.payload)
  })
  port.onClose(closed)

  return {
    call: Object.fromEntries(
      Object.keys(methods).map((name) => [
        name,
        (argument: unknown, options?: CallOptions<never>) => send(name, argument, options),
      ]),
    ) as Caller<M>,
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

/** The first schema violation and its path. */
function badArgument(method: string, error: z.ZodError): LabError {
  const issue = error.issues[0]
  return new LabError('bad-argument', { method, path: issue?.path.join('.') || 'argument', detail: issue?.message ?? '' })
}

/** The building blocks of contracts: methods with an argument schema and allowed roles, and events with a payload type. */
import type { z } from 'zod'
import type { Signal } from './cancel'
import { roles, type Client, type Role } from './client'

export interface Method<A extends z.ZodType, R, P = never> {
  readonly argument: A
  readonly roles: readonly Role[]
  /** Type only: never present at runtime. */
  readonly result?: R
  /** Type only: streamed before the result. */
  readonly part?: P
}
export interface EventType<P> {
  /** Type only: never present at runtime. */
  readonly payload?: P
}

interface Unfinished<A extends z.ZodType, P> {
  returns<R>(): Method<A, R, P>
  /** Parts come before the result, in order. */
  streams<Q>(): Unfinished<A, Q>
  /** Restricts the method to these roles. */
  for(...allowed: Role[]): Unfinished<A, P>
}

export function method<A extends z.ZodType>(argument: A): Unfinished<A, never> {
  const unfinished = <P>(allowed: readonly Role[]): Unfinished<A, P> => ({
    returns: () => ({ argument, roles: allowed }),
    streams: () => unfinished(allowed),
    for: (...only) => unfinished(only),
  })
  return unfinished(roles)
}
export function event<P>(): EventType<P> {
  return {}
}

export type MethodTable = Readonly<Record<string, Method<z.ZodType, unknown, unknown>>>
export type EventTable = Readonly<Record<string, EventType<unknown>>>

export type Argument<M extends MethodTable, K extends keyof M> = z.output<M[K]['argument']>
export type Result<M extends MethodTable, K extends keyof M> = Exclude<M[K]['result'], undefined>
export type Part<M extends MethodTable, K extends keyof M> = Exclude<M[K]['part'], undefined>
export type Payload<E extends EventTable, K extends keyof E> = Exclude<E[K]['payload'], undefined>

export interface CallOptions<P> {
  /** When aborted, the call fails with `cancelled` and the other side stops working on it. */
  readonly signal?: Signal
  /** If it returns a promise, the part is acknowledged when that resolves. */
  readonly onPart?: (part: P) => void | Promise<void>
}

/** The caller's side: every method as an asynchronous function. */
export type Caller<M extends MethodTable> = {
  readonly [K in keyof M]: (argument: z.input<M[K]['argument']>, options?: CallOptions<Part<M, K>>) => Promise<Result<M, K>>
}

/** Context of a call, for its handler. */
export interface Call<P> {
  readonly client: Client
  /** Aborted when the caller cancels or disconnects. */
  readonly signal: Signal
  readonly part: (part: P) => void
  /** False while too many parts are unacknowledged: the handler should then skip optional ones. */
  readonly clear: () => boolean
  /** Resolves when all parts are acknowledged or the call is cancelled. */
  readonly taken: () => Promise<void>
}

/** The host's side: every method receives its validated argument. */
export type Handlers<M extends MethodTable> = {
  readonly [K in keyof M]: (argument: Argument<M, K>, call: Call<Part<M, K>>) => Result<M, K> | Promise<Result<M, K>>
}

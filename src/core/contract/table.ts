/** How contracts are written down: methods with a schema for their argument and those who may call them, events with a type. */
import type { z } from 'zod'
import type { Signal } from './cancel'
import { roles, type Client, type Role } from './client'

export interface Method<A extends z.ZodType, R, P = never> {
  readonly argument: A
  readonly roles: readonly Role[]
  /** Type only: never present at run time. */
  readonly result?: R
  /** Type only: what the answer streams before its result. */
  readonly part?: P
}
export interface EventType<P> {
  /** Type only: never present at run time. */
  readonly payload?: P
}

interface Unfinished<A extends z.ZodType, P> {
  returns<R>(): Method<A, R, P>
  /** Parts come before the result, in order. */
  streams<Q>(): Unfinished<A, Q>
  /** For these roles alone. */
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
  /** Once aborted, the call fails with `cancelled`, and the other side ends what it was doing for it. */
  readonly signal?: Signal
  /** Where it returns a promise, the part counts as taken when that resolves. */
  readonly onPart?: (part: P) => void | Promise<void>
}

/** The caller's side: every method as an asynchronous function. */
export type Caller<M extends MethodTable> = {
  readonly [K in keyof M]: (argument: z.input<M[K]['argument']>, options?: CallOptions<Part<M, K>>) => Promise<Result<M, K>>
}

/** What a handler knows of the call it answers. */
export interface Call<P> {
  readonly client: Client
  /** Aborted when the caller cancels, or is gone. */
  readonly signal: Signal
  readonly part: (part: P) => void
  /** False while the caller is behind, with many parts not taken yet: what it can do without is then left out. */
  readonly clear: () => boolean
  /** Resolves when the caller has taken all parts, or has cancelled. */
  readonly taken: () => Promise<void>
}

/** The host's side: every method receives its validated argument. */
export type Handlers<M extends MethodTable> = {
  readonly [K in keyof M]: (argument: Argument<M, K>, call: Call<Part<M, K>>) => Result<M, K> | Promise<Result<M, K>>
}

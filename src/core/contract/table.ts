/** How contracts are written down: methods with a schema for their argument, events with a type. */
import type { z } from 'zod'

export interface Method<A extends z.ZodType, R> {
  readonly argument: A
  /** Type only: never present at run time. */
  readonly result?: R
}
export interface EventType<P> {
  /** Type only: never present at run time. */
  readonly payload?: P
}

export function method<A extends z.ZodType>(argument: A): { returns<R>(): Method<A, R> } {
  return { returns: () => ({ argument }) }
}
export function event<P>(): EventType<P> {
  return {}
}

export type MethodTable = Readonly<Record<string, Method<z.ZodType, unknown>>>
export type EventTable = Readonly<Record<string, EventType<unknown>>>

/** The caller's side: every method as an asynchronous function. */
export type Client<M extends MethodTable> = {
  readonly [K in keyof M]: (argument: z.input<M[K]['argument']>) => Promise<Exclude<M[K]['result'], undefined>>
}
/** The host's side: every method receives its validated argument. */
export type Handlers<M extends MethodTable> = {
  readonly [K in keyof M]: (
    argument: z.output<M[K]['argument']>,
  ) => Exclude<M[K]['result'], undefined> | Promise<Exclude<M[K]['result'], undefined>>
}
export type Payload<E extends EventTable, K extends keyof E> = Exclude<E[K]['payload'], undefined>

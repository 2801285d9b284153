/** A worker process of this host: requests to it, and its exit. */
import { connect, type Connection } from '@core/contract/rpc'
import type { Caller } from '@core/contract/table'
import { workerEvents, workerMethods, type WorkerEvents, type WorkerMethods } from '@core/contract/worker'
import { LabError } from '@core/errors'
import type { Spawn } from './spawn'

export interface Worker extends Pick<Connection<WorkerMethods, WorkerEvents>, 'on'> {
  /** Rejects with `process.ended` if the process dies, and with the given reason if it was ended. */
  readonly ask: <T>(question: (call: Caller<WorkerMethods>) => Promise<T>) => Promise<T>
  /** Kills it immediately. Pending requests reject with `reason`, or with `process.ended`. */
  readonly end: (reason?: Error) => void
  /** Closes its port, so that it can save its state, and kills it after `grace` milliseconds. Resolves when it has exited. */
  readonly leave: (grace: number) => Promise<void>
  /** Resolves with its exit code or signal. */
  readonly ended: Promise<string>
}

/** Rejection of requests to a worker when another one has its model now. */
export class Replaced extends Error {}

export function startWorker(spawn: Spawn): Worker {
  const child = spawn()
  const connection = connect(child.port, workerMethods, workerEvents)
  const ended = new Promise<string>((resolve) => child.onExit(resolve))
  /** Why requests are no longer possible. */
  let failure: Error | null = null
  const asking = new Set<(reason: Error) => void>()
  const fail = (reason: Error): void => {
    failure ??= reason
    for (const reject of asking) reject(failure)
  }
  void ended.then((how) => {
    fail(new LabError('process.ended', { how }))
    connection.close()
  })
  return {
    on: (event, listener) => connection.on(event, listener),
    async ask(question) {
      if (failure) throw failure
      let giveUp: (reason: Error) => void = () => undefined
      // One promise per request: a promise that lives as long as the worker would retain every answer.
      const failed = new Promise<never>((_, reject) => (giveUp = reject))
      asking.add(giveUp)
      const answer = question(connection.call).catch((error: unknown) => {
        // The channel closes before the exit code is known.
        if (error instanceof LabError && error.code === 'connection-closed') return failed
        throw error
      })
      try {
        return await Promise.race([answer, failed])
      } finally {
        asking.delete(giveUp)
      }
    },
    end(reason) {
      if (reason) fail(reason)
      connection.close()
      child.kill()
    },
    async leave(grace) {
      connection.close()
      if (!(await within(grace, ended))) child.kill()
      await ended
    },
    ended,
  }
}

/** Whether the promise settled within `milliseconds`. */
export async function within(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), milliseconds)))
  try {
    return await Promise.race([promise.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}

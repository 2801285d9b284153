/** A worker process of this host: what it is asked, and how it ends. */
import { connect, type Connection } from '@core/contract/rpc'
import type { Caller } from '@core/contract/table'
import { workerEvents, workerMethods, type WorkerEvents, type WorkerMethods } from '@core/contract/worker'
import { LabError } from '@core/errors'
import type { Spawn } from './spawn'

export interface Worker extends Pick<Connection<WorkerMethods, WorkerEvents>, 'on'> {
  /** Fails with `process.ended` if the process dies, and with what it was ended for. */
  readonly ask: <T>(question: (call: Caller<WorkerMethods>) => Promise<T>) => Promise<T>
  /** At once, without asking. What is being asked fails with `reason`, or with `process.ended`. */
  readonly end: (reason?: Error) => void
  /** Closes its port, so that it can write what it must, and ends it after so many milliseconds. Resolves when it is gone. */
  readonly leave: (grace: number) => Promise<void>
  /** Resolves with its exit code or signal. */
  readonly ended: Promise<string>
}

/** Why what was asked of a worker failed: another one has its model now. */
export class Replaced extends Error {}

export function startWorker(spawn: Spawn): Worker {
  const child = spawn()
  const connection = connect(child.port, workerMethods, workerEvents)
  const ended = new Promise<string>((resolve) => child.onExit(resolve))
  /** Why nothing can be asked any more. */
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
      // Of this question alone: a promise that lives as long as the worker would keep what each answer refers to.
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

/** Whether the promise settled within so many milliseconds. */
export async function within(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), milliseconds)))
  try {
    return await Promise.race([promise.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}

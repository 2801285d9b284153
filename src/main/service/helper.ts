/** A run's process that trains no run of anybody's: it is asked something, and ended. */
import { connect, type Connection } from '@core/contract/rpc'
import { runEvents, runMethods, type RunEvents, type RunMethods } from '@core/contract/run'
import type { Caller } from '@core/contract/table'
import { LabError } from '@core/errors'
import type { Spawn } from './spawn'

export interface Helper extends Pick<Connection<RunMethods, RunEvents>, 'on'> {
  /** Fails with `process.ended` if the process dies, and with what it was ended for. */
  readonly ask: <T>(question: (call: Caller<RunMethods>) => Promise<T>) => Promise<T>
  /** At once. */
  readonly end: (reason?: Error) => void
}

export function startHelper(spawn: Spawn): Helper {
  const child = spawn()
  const connection = connect(child.port, runMethods, runEvents)
  let giveUp: (reason: Error) => void = () => undefined
  const ended = new Promise<never>((_, reject) => {
    giveUp = reject
    child.onExit((how) => reject(new LabError('process.ended', { how })))
  })
  ended.catch(() => undefined) // nobody need be asking
  return {
    on: (event, listener) => connection.on(event, listener),
    ask(question) {
      const answer = question(connection.call).catch((error: unknown) => {
        // Its channel closes before one hears how the process ended.
        if (error instanceof LabError && error.code === 'connection-closed') return ended
        throw error
      })
      return Promise.race([answer, ended])
    },
    end(reason) {
      if (reason) giveUp(reason)
      connection.close()
      child.kill()
    },
  }
}

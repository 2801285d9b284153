/** Workers in plain Node: `child_process.fork`, whose channel transports typed arrays. */
import { fork, type ChildProcess } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import type { Spawn } from './spawn'

/** Milliseconds for a process to exit once its channel is closed. */
const LEAVE = 10_000

/**
 * `script` is the built worker. Its output is discarded, as standard output belongs to the host. `background` gives the cores to other
 * processes first: at a desk that answers forty pupils, trainings take what is left.
 */
export function forkWorkers(script: string, { background = false } = {}): Spawn {
  return () => {
    const child = fork(script, [], { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    if (background && child.pid !== undefined) lower(child.pid)
    const ended = endOf(child)
    child.once('disconnect', () => {
      const tooLate = setTimeout(() => child.kill('SIGKILL'), LEAVE)
      void ended.then(() => clearTimeout(tooLate))
    })
    return {
      port: {
        post: (message) => {
          if (child.connected) child.send(message as object)
        },
        onMessage: (listener) => child.on('message', listener),
        onClose: (listener) => child.once('disconnect', listener),
        close: () => {
          if (child.connected) child.disconnect()
        },
      },
      kill: () => child.kill('SIGKILL'),
      onExit: (listener) => void ended.then(listener),
    }
  }
}

function lower(process: number): void {
  try {
    setPriority(process, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // not allowed here: it trains as any other process
  }
}

/** Its exit code or signal, after its last message was read. (There is no `close` event if we disconnected.) */
async function endOf(child: ChildProcess): Promise<string> {
  const disconnected = new Promise<void>((resolve) => child.once('disconnect', resolve))
  const how = await new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`))
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(error.message) // it could not be started; a lost message shows in later events
    })
  })
  if (child.pid !== undefined && child.connected) await disconnected
  return how
}

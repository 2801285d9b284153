/** Run processes in plain Node: `child_process.fork`, whose channel carries typed arrays. */
import { fork } from 'node:child_process'
import type { Spawn } from './spawn'

/** Milliseconds a process that nobody can reach any more has to leave. */
const LEAVE = 10_000

/** `script` is the built run process. What it prints goes nowhere: standard output belongs to the host. */
export function forkRuns(script: string): Spawn {
  return () => {
    const child = fork(script, [], { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    child.on('error', () => undefined) // it could not be started or told: 'close' follows, and says how it ended
    child.once('disconnect', () => {
      const tooLate = setTimeout(() => child.kill('SIGKILL'), LEAVE)
      child.once('close', () => clearTimeout(tooLate))
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
      onExit: (listener) => child.once('close', (code, signal) => listener(signal ?? `code ${code}`)),
    }
  }
}

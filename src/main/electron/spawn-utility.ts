/** Workers on the desktop: Electron's utility process, which runs Node without a window. */
import { utilityProcess } from 'electron'
import type { Spawn } from '../service/spawn'

/** `script` is the built worker. */
export function utilityWorkers(script: string): Spawn {
  return () => {
    const child = utilityProcess.fork(script, [], {
      serviceName: 'Attention Lab worker',
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    let running = true
    child.once('exit', () => (running = false))
    /** A process that has not started yet cannot be signalled: wait for its start. */
    const onceStarted = (tell: () => void): void => {
      if (!running) return
      if (child.pid === undefined) child.once('spawn', tell)
      else tell()
    }
    return {
      port: {
        post: (message) => {
          if (running) child.postMessage(message)
        },
        onMessage: (listener) => child.on('message', listener),
        onClose: (listener) => child.once('exit', () => listener()),
        close: () => onceStarted(() => child.kill()), // a utility process has no channel of its own to close
      },
      // `child.kill` sends SIGTERM, which a process busy computing may not handle.
      kill: () => onceStarted(() => process.kill(child.pid!, 'SIGKILL')),
      onExit: (listener) => child.once('exit', (code) => listener(`code ${code}`)),
    }
  }
}

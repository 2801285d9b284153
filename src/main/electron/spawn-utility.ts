/** Run processes on the desktop: Electron's utility process, which runs Node without a window. */
import { utilityProcess } from 'electron'
import type { Spawn } from '../service/spawn'

/** `script` is the built run process. */
export function utilityRuns(script: string): Spawn {
  return () => {
    const child = utilityProcess.fork(script, [], { serviceName: 'Attention Lab run', stdio: ['ignore', 'ignore', 'inherit'] })
    let running = true
    child.once('exit', () => (running = false))
    return {
      port: {
        post: (message) => {
          if (running) child.postMessage(message)
        },
        onMessage: (listener) => child.on('message', listener),
        onClose: (listener) => child.once('exit', () => listener()),
        close: () => child.kill(), // a utility process has no channel of its own to close
      },
      kill: () => {
        // `kill` asks politely (SIGTERM); a process busy computing may not hear it.
        if (running && child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
      },
      onExit: (listener) => child.once('exit', (code) => listener(`code ${code}`)),
    }
  }
}

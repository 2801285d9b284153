/** Entry of a worker: Electron's utility process, or a fork of plain Node. Exits when its parent disconnects. */
import { constants, setPriority } from 'node:os'
import { dirname } from 'node:path'
import { builtPaths } from '../paths'
import { serveWorker, type WorkerPort } from './serve-worker'

try {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL) // windows and pages have priority, whatever the number of runs
} catch {
  // not permitted by the system: run with normal priority
}

/** What Electron adds to `process` in a utility process. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void
}

/** Electron ends a utility process with SIGTERM. */
function utilityPort(parent: ParentPort): WorkerPort {
  return {
    post: (message) => parent.postMessage(message),
    onMessage: (listener) => parent.on('message', ({ data }) => listener(data)),
    onClose: (listener) => process.once('SIGTERM', listener),
    close: () => process.exit(),
    clear: true,
  }
}

function forkPort(): WorkerPort {
  let waiting = 0
  return {
    post(message) {
      if (!process.connected) return
      waiting++
      process.send?.(message, undefined, undefined, () => waiting--)
    },
    onMessage: (listener) => process.on('message', listener),
    onClose: (listener) => process.once('disconnect', listener).once('SIGTERM', listener),
    close: () => process.disconnect(),
    get clear() {
      return waiting === 0
    },
  }
}

// Ctrl+C in a terminal signals every process of the group, but the host decides when its runs end.
process.on('SIGINT', () => undefined)

const { parentPort } = process as { readonly parentPort?: ParentPort }
const { package: packageFile, shard: shardScript } = builtPaths(import.meta.dirname)
const places = { root: dirname(packageFile), shardScript }
await serveWorker(parentPort ? utilityPort(parentPort) : forkPort(), places, (where, error) =>
  console.error(`worker, ${where}:`, error),
)
process.exit()

/**
 * One worker that is started ahead, with its engine loaded, so that the first step of a small lab follows a click at once. It belongs to no
 * run until it is taken.
 */
import type { Spawn } from './spawn'
import { startWorker, type Worker } from './worker'

export interface ReadyWorkers {
  /** The worker that is ready, or else a new one. */
  take(): Worker
  /** Starts one in a moment, so that what is going on now comes first, unless there is one or too little memory. */
  prepare(): void
  /** Ends it; none is started any more. */
  end(): void
}

export interface ReadyWorkersOptions {
  /** Whether any are started ahead. */
  readonly isAhead: boolean
  readonly availableMemory?: (() => number) | undefined
  /** Milliseconds until one is started. */
  readonly delay?: number
}

/** Memory that must be free: with less, an idle process would be in the way. A process takes about a tenth of it. */
const leastMemory = 2 ** 30

export function createReadyWorkers(
  spawn: Spawn,
  { isAhead, availableMemory = () => process.availableMemory(), delay = 1000 }: ReadyWorkersOptions,
): ReadyWorkers {
  let ready: Worker | null = null
  let timer: NodeJS.Timeout | undefined
  let isOpen = isAhead

  function start(): void {
    if (!isOpen || ready || availableMemory() < leastMemory) return
    const worker = startWorker(spawn)
    ready = worker
    // One that cannot load its engine still says so to its run.
    worker.ask((call) => call.prepare({ engine: 'auto' })).catch(() => undefined)
    void worker.ended.then(() => {
      if (ready === worker) ready = null
    })
  }

  function prepare(): void {
    clearTimeout(timer)
    if (isOpen) timer = setTimeout(start, delay).unref()
  }

  return {
    prepare,
    take() {
      const worker = ready ?? startWorker(spawn)
      ready = null
      prepare()
      return worker
    },
    end() {
      isOpen = false
      clearTimeout(timer)
      ready?.end()
      ready = null
    },
  }
}

/** A worker process for short jobs, shared by all workspaces: starting one for each would cost more than the job. */
import type { Caller } from '@core/contract/table'
import type { WorkerMethods } from '@core/contract/worker'
import type { Spawn } from './spawn'
import { startWorker, type Worker } from './worker'

export interface Helper {
  /** Rejects with `process.ended` if the process dies; the next job gets another. */
  readonly ask: <T>(question: (call: Caller<WorkerMethods>) => Promise<T>) => Promise<T>
  end(): void
}

/** Milliseconds after the last job. */
const idleLimit = 20_000

export function createHelper(spawn: Spawn, idle = idleLimit): Helper {
  let worker: Worker | null = null
  let jobs = 0
  let timer: NodeJS.Timeout | undefined
  const end = (): void => {
    clearTimeout(timer)
    worker?.end()
    worker = null
  }
  return {
    async ask(question) {
      clearTimeout(timer)
      if (!worker) {
        const started = startWorker(spawn)
        worker = started
        void started.ended.then(() => worker === started && (worker = null))
      }
      jobs++
      try {
        return await worker.ask(question)
      } finally {
        if (--jobs === 0) timer = setTimeout(end, idle).unref()
      }
    },
    end,
  }
}

/** The contract of a page's worker over a port: one model, with checkpoints in memory. */
import { onAbort } from '@core/contract/cancel'
import { pageWorkerEvents, pageWorkerMethods, type PageWorkerEvents } from '@core/contract/page-worker'
import type { Port } from '@core/contract/port'
import { serve, type Server } from '@core/contract/rpc'
import { createTask } from '@core/tasks'
import { CheckpointFolder, weightsOf } from '@engine/checkpoint'
import type { Executor } from '@engine/executor'
import { createMeter } from '@engine/measure'
import type { Surroundings } from '@engine/surroundings'
import { requireTrainable } from '@engine/trainable'
import { createModelJobs } from '@engine/worker/model-jobs'
import { memoryStorage, type MemoryStorage } from './memory-storage'

/** Memory of a training step that a page may take: pupils' computers are small, and the page would end with it. */
const mostBytes = 2 ** 30

/** `createExecutor` makes the engine: TensorFlow.js with the files of this page. */
export function servePageWorker(port: Port, surroundings: Surroundings, createExecutor: () => Promise<Executor>): void {
  const folders = new Map<string, MemoryStorage>()
  function storage(directory: string): MemoryStorage {
    const found = folders.get(directory) ?? memoryStorage(directory, (changes) => server.emit('stored', changes))
    folders.set(directory, found)
    return found
  }

  const jobs = createModelJobs(
    {
      surroundings,
      executor: createExecutor,
      storage,
      weights: async (directory) => weightsOf(await new CheckpointFolder(storage(directory), surroundings).read()),
      sleep: (milliseconds, signal) =>
        new Promise((resolve) => {
          const timer = setTimeout(resolve, milliseconds)
          onAbort(signal, () => {
            clearTimeout(timer)
            resolve()
          })
        }),
    },
    {
      status: (status) => server.emit('status', status),
      telemetry: (telemetry) => server.emit('telemetry', telemetry),
      summary: (summary) => server.emit('summary', summary),
      isReady: () => true,
    },
    () => undefined, // callers get their errors
  )

  /** Bytes of the training step that is measured. */
  let needed = 0
  const meter = createMeter(createExecutor, { now: surroundings.now, peakMemory: () => needed })

  const server: Server<PageWorkerEvents> = serve(port, pageWorkerMethods, pageWorkerEvents, {
    ...jobs.handlers,
    train(job, call) {
      requireTrainable(job.lab, createTask(job.lab.task, job.data).spec.signature, mostBytes)
      return jobs.handlers.train(job, call)
    },
    measure({ engine: _, ...request }) {
      needed ||= requireTrainable(request.lab, createTask(request.lab.task, request.data).spec.signature, mostBytes)
      return meter(request)
    },
    fill({ directory, files }) {
      storage(directory).fill(files)
    },
  })
  port.onClose(() => void jobs.end())
}

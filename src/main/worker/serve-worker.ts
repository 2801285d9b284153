/** The worker contract over a port: concurrent jobs on at most one model. */
import { setTimeout as delay } from 'node:timers/promises'
import { onAbort } from '@core/contract/cancel'
import type { EngineChoice } from '@core/contract/engine'
import type { Port } from '@core/contract/port'
import { serve, type Server } from '@core/contract/rpc'
import { workerEvents, workerMethods, type WorkerEvents } from '@core/contract/worker'
import { standardLab, standardText } from '@core/models/standard-models'
import { createTask } from '@core/tasks'
import { matmulPeak } from '@engine/matmul-peak'
import { createMeter } from '@engine/measure'
import { createModelJobs } from '@engine/worker/model-jobs'
import type { WorkerPlatform } from '@engine/worker/platform'
import { createExecutor } from '../engine/choose'
import { withShardThreads } from '../engine/shard-threads'
import { diskStorage } from '../engine/disk-storage'
import { readWeights } from '../engine/read-weights'
import { nodeSurroundings, peakMemory } from '../engine/surroundings'
import { take } from '../experiments/take'
import { requireTrainable } from '@engine/trainable'
import { createTraining } from '@engine/training'
import { trainStep } from '@engine/training-step'
import { classroomJobs } from './classroom'
import { exchangeJobs } from './exchange'
import { importJob } from './importing'
import { limitMemory } from './limit-memory'

/** A port with backpressure. */
export interface WorkerPort extends Port {
  /** False while earlier messages are still waiting to be sent. */
  readonly clear: boolean
}

const platform = (executor: WorkerPlatform['executor']): WorkerPlatform => ({
  surroundings: nodeSurroundings,
  executor,
  storage: diskStorage,
  weights: readWeights,
  async sleep(milliseconds, signal) {
    const cancelled = new AbortController()
    const forget = onAbort(signal, () => cancelled.abort())
    await delay(milliseconds, undefined, { signal: cancelled.signal }).catch(() => undefined)
    forget()
  },
})

/**
 * Serves a worker over the port. Resolves when the port has closed and pending work is saved. `log` receives errors that no
 * caller waits for. `root` is the folder of the application's package, `shardScript` what threads for shards of a batch run.
 */
export function serveWorker(
  port: WorkerPort,
  { root, shardScript }: { readonly root: string; readonly shardScript: string },
  log: (where: string, error: unknown) => void,
): Promise<void> {
  const executor: WorkerPlatform['executor'] = async (engine, tell) =>
    withShardThreads(await createExecutor(engine, tell), shardScript)
  const executorOf = (engine: EngineChoice) => executor(engine, (reason) => log('engine', reason.message))
  let meter: ReturnType<typeof createMeter> | undefined
  const model = createModelJobs(
    platform(executor),
    {
      status: (status) => server.emit('status', status),
      telemetry: (telemetry) => server.emit('telemetry', telemetry),
      summary: (summary) => server.emit('summary', summary),
      isReady: () => port.clear,
    },
    log,
  )

  const server: Server<WorkerEvents> = serve(
    port,
    workerMethods,
    workerEvents,
    {
      ...model.handlers,
      async prepare({ engine }) {
        const sizes = { width: 8, layers: 1, heads: 1, length: 8, batch: 2, vocabulary: 8 }
        const training = createTraining(await executorOf(engine), standardLab('', sizes), standardText(sizes))
        await trainStep(training)
        training.model.dispose()
      },
      measure: ({ engine, mostBytes, ...request }) => {
        if (!meter && mostBytes !== null) limitMemory(mostBytes)
        meter ??= createMeter(() => executorOf(engine), { ...nodeSurroundings, peakMemory })
        return meter(request)
      },
      experiment: async ({ engine, ...job }, { part }) => {
        const executor = await executorOf(engine)
        let last = 0
        const values = await take(executor, job, (progress) => {
          if (performance.now() - last < 100) return
          last = performance.now()
          part(progress)
        })
        return { engine: executor.name, values }
      },
      ...classroomJobs(executorOf),
      ...exchangeJobs(root),
      ...importJob,
      describe: ({ task, data }) => createTask(task, data).spec,
      analyse: ({ lab, signature }) => requireTrainable(lab, signature),
      matmulPeak: async ({ engine }) => matmulPeak(await executorOf(engine), nodeSurroundings),
    },
    { log },
  )

  return new Promise((resolve) => {
    port.onClose(() => {
      model
        .end()
        .catch((error: unknown) => log('end', error))
        .finally(resolve)
    })
  })
}

/** The worker contract over a port: concurrent jobs on at most one model. */
import { setTimeout as sleep } from 'node:timers/promises'
import { onAbort } from '@core/contract/cancel'
import type { EngineChoice } from '@core/contract/engine'
import type { Look, LookRequest } from '@core/contract/look'
import type { Port } from '@core/contract/port'
import { serve, type Server } from '@core/contract/rpc'
import type { Call } from '@core/contract/table'
import { workerEvents, workerMethods, type WorkerEvents } from '@core/contract/worker'
import { LabError } from '@core/errors'
import { createTask } from '@core/tasks'
import { assess, assessedBatches } from '@engine/assess'
import { look as lookAt } from '@engine/look/look'
import { matmulPeak } from '@engine/matmul-peak'
import { createMeter } from '@engine/measure'
import { createExecutor } from '../engine/choose'
import { nodeSurroundings, peakMemory } from '../engine/surroundings'
import { take } from '../experiments/take'
import { generate } from '../generation/generate'
import { requireTrainable } from '../service/trainable'
import { classroomJobs } from './classroom'
import { openHeldModel, type HeldModel } from './held-model'
import { beginTraining, type RunTraining } from './training'

/** A port with backpressure. */
export interface WorkerPort extends Port {
  /** False while earlier messages are still waiting to be sent. */
  readonly clear: boolean
}

/**
 * Serves a worker over the port. Resolves when the port has closed and pending work is saved. `log` receives errors that no
 * caller waits for.
 */
export function serveWorker(port: WorkerPort, log: (where: string, error: unknown) => void): Promise<void> {
  const executorOf = (engine: EngineChoice) => createExecutor(engine, (reason) => log('engine', reason.message))
  let training: Promise<RunTraining> | undefined
  let held: Promise<HeldModel> | undefined
  let meter: ReturnType<typeof createMeter> | undefined

  const server: Server<WorkerEvents> = serve(
    port,
    workerMethods,
    workerEvents,
    {
      train: async (job) => {
        if (held) throw new LabError('run.already-started')
        training = beginTraining(job, {
          status: (status) => server.emit('status', status),
          telemetry: (telemetry) => server.emit('telemetry', telemetry),
          summary: (summary) => server.emit('summary', summary),
          isReady: () => port.clear,
        })
        held = training.then((begun) => begun.held)
        held.catch(() => undefined) // the caller gets the error
        const { trainer, statusOf } = await training
        return statusOf(trainer.status)
      },
      command: async ({ command }) => {
        const { trainer, statusOf } = await begun()
        return statusOf(await trainer.command(command))
      },
      tune: async (change) => {
        const { trainer, statusOf } = await begun()
        return statusOf(await trainer.tune(change))
      },
      open: async ({ directory, engine, data }) => {
        if (held) throw new LabError('run.already-started')
        held = executorOf(engine).then((executor) => openHeldModel(executor, directory, data))
        const { model } = await held
        return { engine: model.engine, parameters: model.parameters, step: model.step }
      },
      look: async ({ look, every }, call) => streamLooks(await model(), look, every, call),
      evaluate: async ({ mutes }, { signal, part }) =>
        (await model()).between((subject) => {
          const of = assessedBatches(subject)
          let done = 0
          const turn = async () => {
            part({ done: ++done, of })
            await nodeSurroundings.nextTurn()
          }
          return assess(subject, mutes, { signal, turn })
        }, 'at once'),
      generate: async ({ directory, engine, data, request }, { signal, part }) => {
        const { model: generating } = await openHeldModel(await executorOf(engine), directory, data)
        const cancelled = new AbortController()
        onAbort(signal, () => cancelled.abort())
        return generate(generating, request, { onProgress: part, signal: cancelled.signal })
      },
      measure: ({ engine, ...request }) => {
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
      describe: ({ task, data }) => createTask(task, data).spec,
      analyse: ({ lab, signature }) => requireTrainable(lab, signature),
      matmulPeak: async ({ engine }) => matmulPeak(await executorOf(engine), nodeSurroundings),
    },
    { log },
  )

  function begun(): Promise<RunTraining> {
    if (!training) throw new LabError('run.not-started')
    return training
  }
  function model(): Promise<HeldModel> {
    if (!held) throw new LabError('run.not-started')
    return held
  }

  return new Promise((resolve) => {
    port.onClose(() => {
      const finish = async () => {
        const session = await training?.catch(() => undefined)
        await session?.trainer.end()
        await session?.done
      }
      finish()
        .catch((error: unknown) => log('end', error))
        .finally(resolve)
    })
  })
}

/**
 * Sends the first look soon, then one after each interval in which training advanced, once the caller has accepted the previous
 * one.
 */
async function streamLooks(held: HeldModel, request: LookRequest, every: number | null, call: Call<Look>): Promise<null> {
  const { signal } = call
  const cancelled = new AbortController()
  onAbort(signal, () => cancelled.abort())
  const wantsStep = request.values.some(({ name }) => /^(gradient|update)\//.test(name))
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const pace = isFirst ? 'soon' : 'sparing'
    const look = await held.between(async (subject) => {
      if (signal.aborted) return null
      return lookAt(wantsStep ? subject.training() : subject, request)
    }, pace)
    if (!look) break
    call.part(look)
    if (every === null) break
    await call.taken()
    await sleep(every, undefined, { signal: cancelled.signal }).catch(() => undefined)
    await held.trainedBeyond(look.step, signal)
  }
  return null
}

/** The run contract on one trainer: what the service asks of a run's process. */
import type { EngineChoice } from '@core/contract/engine'
import type { RunStatus } from '@core/contract/lab'
import type { Port } from '@core/contract/port'
import { serve, type Server } from '@core/contract/rpc'
import { runEvents, runMethods, type RunEvents } from '@core/contract/run'
import type { WritingProgress } from '@core/contract/writing'
import { LabError, toProblem, type Problem } from '@core/errors'
import type { Transplant } from '@core/graph/transplant'
import { labDocument } from '@core/lab/document'
import { createTask } from '@core/tasks'
import { matmulPeak } from '@engine/matmul-peak'
import { createExecutor } from '../engine/choose'
import { checkpointsIn, diskStorage } from '../engine/disk-storage'
import { readWeights } from '../engine/read-weights'
import { nodeSurroundings, peakMemory } from '../engine/surroundings'
import { createMeter } from '@engine/measure'
import { openModel } from '@engine/model'
import { createTraining, type Training } from '@engine/training'
import { Trainer } from '@engine/trainer'
import type { TrainerListener, TrainerStatus } from '@engine/trainer-listener'
import { transplant } from '@engine/transplant'
import { take } from '../experiments/take'
import { write } from '../writing/write'
import { Frames } from './frames'
import { TelemetryBatch } from './telemetry'

/** A port that knows whether the other side keeps up. */
export interface RunPort extends Port {
  /** False while earlier messages still wait to be sent. */
  readonly clear: boolean
}

interface Session {
  readonly trainer: Trainer
  readonly frames: Frames
  readonly status: (status: TrainerStatus) => RunStatus
  /** Resolves when the trainer has ended. */
  readonly done: Promise<void>
}

/**
 * Serves one run over the port. Resolves when the port has closed and what was under way is safe. `log` hears of errors that no
 * caller waits for.
 */
export function serveRun(port: RunPort, log: (where: string, error: unknown) => void): Promise<void> {
  const executorOf = (engine: EngineChoice) => createExecutor(engine, (reason) => log('engine', reason.message))
  let starting: Promise<Session> | undefined
  let meter: ReturnType<typeof createMeter> | undefined
  const server: Server<RunEvents> = serve(
    port,
    runMethods,
    runEvents,
    {
      start: async ({ run, lab, engine, data, directory, restore, from, paused }) => {
        if (starting) throw new LabError('run.already-started')
        starting = (async () => {
          let notice: Problem | undefined
          const executor = await createExecutor(engine, (reason) => (notice = toProblem(reason)))
          const training = createTraining(executor, lab, data)
          const report = from === null || restore ? undefined : transplant(training.model, await readWeights(from), from)
          return startSession({ run, training, notice, report, directory, restore, paused }, server, () => port.clear)
        })()
        const { trainer, status } = await starting
        return status(trainer.status)
      },
      command: async ({ command }) => {
        const { trainer, status } = await started()
        return status(await trainer.command(command))
      },
      tune: async ({ gates, ...change }) => {
        const { trainer, frames, status } = await started()
        if (gates) await frames.mute(gates)
        return status(await trainer.tune(change))
      },
      view: async ({ view }) => {
        const { frames } = await started()
        await frames.look(view)
      },
      measure: ({ engine, ...request }) => {
        meter ??= createMeter(() => executorOf(engine), { ...nodeSurroundings, peakMemory })
        return meter(request)
      },
      experiment: async ({ engine, ...job }) => take(await executorOf(engine), job),
      describe: ({ task, data }) => createTask(task, data).spec,
      write: async ({ directory, engine, data, request }) => {
        const { lab: stored, states, step } = await checkpointsIn(directory).read()
        const lab = labDocument.parse(stored)
        const { spec } = createTask(lab.task, data)
        const model = openModel(await executorOf(engine), { lab, spec, states, step })
        const onProgress = (progress: WritingProgress): void => server.emit('written', progress)
        return write(model, request, { onProgress })
      },
      matmulPeak: async ({ engine }) => matmulPeak(await executorOf(engine), nodeSurroundings),
    },
    { log },
  )

  function started(): Promise<Session> {
    if (!starting) throw new LabError('run.not-started')
    return starting
  }

  return new Promise((resolve) => {
    port.onClose(() => {
      const finish = async () => {
        const session = await starting?.catch(() => undefined) // the caller of start heard why
        await session?.trainer.end()
        await session?.done
      }
      finish()
        .catch((error: unknown) => log('end', error))
        .finally(resolve)
    })
  })
}

interface Start {
  readonly run: string
  readonly training: Training
  readonly notice: Problem | undefined
  readonly report: Transplant | undefined
  readonly directory: string
  readonly restore: boolean
  readonly paused: boolean
}

async function startSession(
  { run, training, notice, report, directory, restore, paused }: Start,
  server: Server<RunEvents>,
  clear: () => boolean,
): Promise<Session> {
  const { engine, parameters, lab } = training.model
  const { steps } = lab.training
  const status = (of: TrainerStatus): RunStatus => {
    const gates = frames.muted
    return { run, steps, engine, parameters, notice, transplant: report, ...(gates && { gates }), ...of }
  }
  const telemetry: TelemetryBatch = new TelemetryBatch(
    () => trainer.clock.perSecond(performance.now()),
    (batch) => server.emit('telemetry', { run, ...batch }),
    clear,
  )
  const listener: TrainerListener = {
    status: (of) => {
      telemetry.flush()
      server.emit('status', status(of))
    },
    step: (step, result) => {
      telemetry.addStep(step, result)
      frames.stepped()
    },
    evaluation: (evaluation) => telemetry.addEvaluation(evaluation),
    summary: (summary) => {
      telemetry.flush()
      server.emit('summary', summary)
    },
  }
  const trainer = new Trainer(training, { surroundings: nodeSurroundings, storage: diskStorage(directory), paused, listener })
  const frames: Frames = new Frames(trainer, (frame) => server.emit('frame', { run, ...frame }), clear)
  if (restore) await trainer.restore()
  return { trainer, frames, status, done: trainer.run() }
}

/** Trains a run and reports its progress. */
import type { ModelMethods } from '@core/contract/worker'
import type { RunStatus, RunSummary, Telemetry } from '@core/contract/runs'
import type { Argument } from '@core/contract/table'
import { newAbort } from '@core/contract/cancel'
import { toProblem, type Problem } from '@core/errors'
import { Trainer } from '../trainer'
import type { TrainerListener, TrainerStatus } from '../trainer-listener'
import { createTraining, exportStates } from '../training'
import { takeOver, transplant, type Forked } from '../transplant'
import { TrainedModel } from './held-model'
import { PastModel } from './past-model'
import type { WorkerPlatform } from './platform'
import { TelemetryBatch } from './telemetry'

export interface TrainingListener {
  readonly status: (status: RunStatus) => void
  readonly telemetry: (telemetry: Telemetry) => void
  /** Called before the status `finished`. */
  readonly summary: (summary: RunSummary) => void
  /** False while the receiver is behind: it then gets fewer and larger batches. */
  readonly isReady: () => boolean
}

/** A started training. */
export interface RunTraining {
  readonly trainer: Trainer
  readonly held: TrainedModel
  /** The run's status for a status of its trainer. */
  readonly statusOf: (status: TrainerStatus) => RunStatus
  /** Resolves when the trainer has ended. */
  readonly done: Promise<void>
}

/** Throws LabError if the lab cannot be trained or restored. */
export async function beginTraining(
  job: Argument<ModelMethods, 'train'>,
  listener: TrainingListener,
  { surroundings, executor: executorOf, storage: storageOf, weights }: WorkerPlatform,
): Promise<RunTraining> {
  const { run, lab, engine, data, directory, restore, recorded, from, continuedFrom, paused, moments, fork, seconds } = job
  let notice: Problem | undefined
  const executor = await executorOf(engine, (reason) => (notice = toProblem(reason)))
  const training = createTraining(executor, lab, data)
  const { model } = training
  const given = fork && !restore ? await stateAt(fork) : null
  const report = given
    ? takeOver(training, given)
    : from === null || restore
      ? undefined
      : transplant(model, await weights(from), from)
  const statusOf = (status: TrainerStatus): RunStatus => ({
    ...{ run, steps: lab.training.steps, engine: model.engine, device: executor.device, parameters: model.parameters },
    ...{ notice, transplant: report },
    ...status,
  })
  const telemetry: TelemetryBatch = new TelemetryBatch(
    surroundings.now,
    () => trainer.clock.perSecond(surroundings.now()),
    () => (seconds === null ? null : seconds + trainer.clock.seconds),
    listener.telemetry,
    listener.isReady,
  )
  const told: TrainerListener = {
    status: (status) => {
      telemetry.flush()
      listener.status(statusOf(status))
    },
    step: (step, result) => {
      telemetry.addStep(step, result)
      held.stepped()
    },
    evaluation: (evaluation) => telemetry.addEvaluation(evaluation),
    summary: (summary) => {
      telemetry.flush()
      listener.summary(summary)
    },
  }
  const storage = storageOf(directory)
  const trainer = new Trainer(training, { surroundings, storage, moments, paused, listener: told })
  const held = new TrainedModel(model, trainer)
  if (restore) await trainer.restore({ continuedFrom, recorded: recorded ?? Infinity })
  return { trainer, held, statusOf, done: trainer.run() }

  /** Of another run, in an engine of its own. */
  async function stateAt({ directory: other, engine: its, data: text, step }: NonNullable<typeof fork>): Promise<Forked> {
    const past = new PastModel(await executorOf(its, () => undefined), storageOf(other), surroundings, text)
    return past.at({ step, isExact: true }, newAbort().signal, (subject) =>
      Promise.resolve({
        step,
        directory: other,
        states: exportStates(subject),
        graph: subject.model.lab.graph,
        weights: subject.model.weights,
      }),
    )
  }
}

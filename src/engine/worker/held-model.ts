/** The model of a worker: that of its training, or an opened checkpoint. */
import { aborted, onAbort, type Signal } from '@core/contract/cancel'
import type { LabDocument } from '@core/lab/document'
import { createTask } from '@core/tasks'
import type { Checkpoint } from '../checkpoint-file'
import type { Executor } from '../executor'
import { openModel, type Model } from '../model'
import type { Trainer } from '../trainer'
import { openTraining, type Subject, type Training } from '../training'
import type { Pace } from '../work-line'

/** A model with its data. `training` is needed for gradients and updates; for an opened model it is compiled on first use. */
export interface HeldSubject extends Subject {
  readonly training: () => Training
}

export interface HeldModel {
  readonly model: Model
  /** Runs `work` with exclusive access to the model. `work` must leave every state unchanged. */
  between<T>(work: (subject: HeldSubject) => Promise<T>, pace: Pace): Promise<T>
  /** Resolves when it has been trained beyond the step, or when the signal is aborted. */
  trainedBeyond(step: number, signal: Signal): Promise<void>
}

/** The model in training: other work runs between two steps. */
export class TrainedModel implements HeldModel {
  private readonly waiting = new Set<() => void>()

  constructor(
    readonly model: Model,
    private readonly trainer: Trainer,
  ) {}

  between<T>(work: (subject: HeldSubject) => Promise<T>, pace: Pace): Promise<T> {
    return this.trainer.between(
      (training) => work({ model: training.model, task: training.task, training: () => training }),
      pace,
    )
  }

  async trainedBeyond(step: number, signal: Signal): Promise<void> {
    while (this.model.step <= step && !signal.aborted) await this.nextStep(signal)
  }

  /** Resolves after the next step, or when the signal is aborted; it must not be aborted yet. */
  private nextStep(signal: Signal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.waiting.delete(wake)
        forget()
        resolve()
      }
      this.waiting.add(wake)
      const forget = onAbort(signal, wake)
    })
  }

  /** Must be called after every step. */
  stepped(): void {
    for (const wake of this.waiting) wake()
  }
}

/** Opens a checkpoint. Throws LabError. */
export function holdCheckpoint(
  executor: Executor,
  { lab, states, step, learningRate }: Checkpoint & { readonly lab: LabDocument },
  data: string | null,
): HeldModel {
  const task = createTask(lab.task, data)
  const model = openModel(executor, { lab, spec: task.spec, states, step })
  let opened: Training | undefined
  const training = (): Training => (opened ??= { ...openTraining(model, task), learningRate })
  let last: Promise<unknown> = Promise.resolve()
  return {
    model,
    between(work) {
      const done = last.then(() => work({ model, task, training }))
      last = done.catch(() => undefined)
      return done
    },
    // It is never trained.
    trainedBeyond: (_, signal) => aborted(signal),
  }
}

/** The model of a run at any of its steps: as after the last moment before it, trained again up to it, with the same bytes. */
import type { Signal } from '@core/contract/cancel'
import { LabError } from '@core/errors'
import { createTask } from '@core/tasks'
import type { TaskInstance } from '@core/tasks/types'
import type { Executor } from '../executor'
import { momentsOf, type Moment } from '../moments'
import { openModel } from '../model'
import type { Storage, Surroundings } from '../surroundings'
import { importStates, openTraining, type Training } from '../training'
import { trainStep } from '../training-step'

/** A step of the past; `isExact` is false where the nearest moment is good enough. */
export interface PastStep {
  readonly step: number
  readonly isExact: boolean
}

/** Milliseconds of training after which messages are handled. */
const turnEvery = 8

export class PastModel {
  #training: Training | null = null
  #task: TaskInstance | null = null
  #last: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly executor: Executor,
    private readonly storage: Storage,
    private readonly surroundings: Surroundings,
    private readonly data: string | null,
  ) {}

  /**
   * Runs `work` on the model at a step, with exclusive access. `work` must leave every state unchanged. Throws LabError `moment.none` if no
   * moment leads there, or `cancelled`.
   */
  at<T>({ step, isExact }: PastStep, signal: Signal, work: (training: Training) => Promise<T>): Promise<T> {
    const done = this.#last.then(async () => work(await this.#travel(step, isExact, signal)))
    this.#last = done.catch(() => undefined)
    return done
  }

  async #travel(step: number, isExact: boolean, signal: Signal): Promise<Training> {
    const moments = await momentsOf(this.storage, this.surroundings)
    if (!isExact) {
      const nearest = moments.toSorted((a, b) => Math.abs(a.step - step) - Math.abs(b.step - step))
      for (const { read } of nearest) {
        const moment = await read().catch(() => null)
        if (moment) return this.#open(moment)
      }
      throw new LabError('moment.none', { step })
    }
    const before = moments.filter((each) => each.step <= step)
    const now = this.#training?.model.step
    const last = before.at(-1)?.step ?? Infinity
    const training = now !== undefined && last <= now && now <= step ? this.#training! : await this.#openLast(before, step)
    let turned = this.surroundings.now()
    while (training.model.step < step) {
      if (signal.aborted) throw new LabError('cancelled')
      await trainStep(training)
      if (this.surroundings.now() - turned < turnEvery) continue
      await this.surroundings.nextTurn()
      turned = this.surroundings.now()
    }
    return training
  }

  /** The last that can be read. */
  async #openLast(moments: Awaited<ReturnType<typeof momentsOf>>, step: number): Promise<Training> {
    for (const { read } of moments.toReversed()) {
      const moment = await read().catch(() => null)
      if (moment) return this.#open(moment)
    }
    throw new LabError('moment.none', { step })
  }

  #open({ step, learningRate, lab, states }: Moment): Training {
    if (JSON.stringify(this.#training?.model.lab) !== JSON.stringify(lab) || !this.#training) {
      this.#training?.model.dispose()
      this.#training = null
      this.#task ??= createTask(lab.task, this.data)
      const model = openModel(this.executor, { lab, spec: this.#task.spec })
      this.#training = openTraining(model, this.#task)
    }
    importStates(this.#training, states, step)
    this.#training.learningRate = learningRate
    return this.#training
  }
}

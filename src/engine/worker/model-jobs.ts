/** The methods of a worker that train, open and inspect one model, concurrently. */
import type { Signal } from '@core/contract/cancel'
import type { EngineChoice } from '@core/contract/engine'
import type { Look, LookRequest } from '@core/contract/look'
import type { Progress } from '@core/contract/progress'
import type { Call, Handlers } from '@core/contract/table'
import type { ModelMethods, PastStep } from '@core/contract/worker'
import { LabError } from '@core/errors'
import { assess, assessedBatches, type AssessOptions } from '../assess'
import { CheckpointFolder, withLab } from '../checkpoint'
import { confusion } from '../confusion'
import { generate } from '../generation/generate'
import { headCircuits } from '../heads/circuits'
import { measureHeads } from '../heads/measure-heads'
import { lens } from '../look/lens'
import { isOfNextStep, look as lookAt } from '../look/look'
import { tokenUses } from '../token-uses'
import { patch } from '../look/patch'
import type { Model } from '../model'
import type { Subject } from '../training'
import { measureWorth } from '../worth'
import { holdCheckpoint, type HeldModel } from './held-model'
import { PastModel } from './past-model'
import type { WorkerPlatform } from './platform'
import { beginTraining, type RunTraining, type TrainingListener } from './run-training'

export interface ModelJobs {
  readonly handlers: Handlers<ModelMethods>
  /** Ends the training, if any. Resolves when everything is saved. */
  end(): Promise<void>
}

/** `log` receives remarks that no caller waits for. */
export function createModelJobs(
  platform: WorkerPlatform,
  listener: TrainingListener,
  log: (where: string, error: unknown) => void,
): ModelJobs {
  const { surroundings, storage } = platform
  let training: Promise<RunTraining> | undefined
  let held: Promise<HeldModel> | undefined
  let past: Promise<PastModel> | undefined

  function begun(): Promise<RunTraining> {
    if (!training) throw new LabError('run.not-started')
    return training
  }
  function model(): Promise<HeldModel> {
    if (!held) throw new LabError('run.not-started')
    return held
  }
  function beforeNow(): Promise<PastModel> {
    if (!past) throw new LabError('run.not-started')
    return past
  }
  const executorOf = (engine: EngineChoice) => platform.executor(engine, (reason) => log('engine', reason.message))
  const openPast = async (directory: string, engine: EngineChoice, data: string | null): Promise<PastModel> =>
    new PastModel(await executorOf(engine), storage(directory), surroundings, data)
  /** The model of the newest checkpoint in a folder. */
  async function openHeld(directory: string, engine: EngineChoice, data: string | null): Promise<HeldModel> {
    const executor = await executorOf(engine)
    const checkpoint = await new CheckpointFolder(storage(directory), surroundings).read()
    return holdCheckpoint(executor, withLab(checkpoint), data)
  }

  /** Work on the model now, or on that of an earlier step. */
  async function withModel<T>(at: PastStep, signal: Signal, work: (subject: Subject) => Promise<T>): Promise<T> {
    return at ? (await beforeNow()).at(at, signal, work) : (await model()).between(work, 'at once')
  }

  /**
   * Sends the first look soon, then one after each interval in which training advanced, once the caller has accepted the previous
   * one.
   */
  async function streamLooks(request: LookRequest, every: number | null, call: Call<Look>): Promise<null> {
    const seen = await model()
    const { signal } = call
    const wantsStep = request.values.some(isOfNextStep)
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      const pace = isFirst ? 'soon' : 'sparing'
      const look = await seen.between(async (subject) => {
        if (signal.aborted) return null
        return lookAt(wantsStep ? subject.training() : subject, request)
      }, pace)
      if (!look) break
      call.part(look)
      if (every === null) break
      await call.taken()
      await platform.sleep(every, signal)
      await seen.trainedBeyond(look.step, signal)
    }
    return null
  }

  /** Work on the validation batches of a model, between two training steps if it is held, with its progress. */
  async function overValidation<T>(
    at: PastStep,
    { signal, part }: Call<Progress>,
    work: (subject: Subject, options: AssessOptions) => Promise<T>,
  ): Promise<T> {
    const measured = (subject: Subject): Promise<T> => {
      const of = assessedBatches(subject)
      let done = 0
      const turn = async () => {
        part({ done: ++done, of })
        await surroundings.nextTurn()
      }
      return work(subject, { signal, turn })
    }
    return withModel(at, signal, measured)
  }

  return {
    handlers: {
      train: async (job) => {
        if (held) throw new LabError('run.already-started')
        training = beginTraining(job, listener, platform)
        held = training.then((started) => started.held)
        held.catch(() => undefined) // the caller gets the error
        const { trainer, statusOf } = await training
        return statusOf(trainer.status)
      },
      command: async ({ command, until }) => {
        const { trainer, statusOf } = await begun()
        return statusOf(await trainer.command(command, until))
      },
      tune: async (change) => {
        const { trainer, statusOf } = await begun()
        return statusOf(await trainer.tune(change))
      },
      open: async ({ directory, engine, data }) => {
        if (held) throw new LabError('run.already-started')
        held = openHeld(directory, engine, data)
        const opened = (await held).model
        return { engine: opened.engine, parameters: opened.parameters, step: opened.step }
      },
      openPast: async ({ directory, engine, data }) => {
        if (held || past) throw new LabError('run.already-started')
        await (past = openPast(directory, engine, data))
        return null
      },
      look: async ({ look: request, every, at }, call) => {
        if (!at) return streamLooks(request, every, call)
        const look = await (await beforeNow()).at(at, call.signal, (subject) => lookAt(subject, request))
        call.part(look)
        return null
      },
      evaluate: ({ mutes, at }, call) => overValidation(at, call, (subject, options) => assess(subject, mutes, options)),
      confusion: ({ mutes, at }, call) => overValidation(at, call, (subject, options) => confusion(subject, mutes, options)),
      worth: ({ mutes, at }, { signal, part }) => {
        const turn = async (done: number, of: number) => {
          part({ done, of })
          await surroundings.nextTurn()
        }
        return withModel(at, signal, (subject) => measureWorth(subject, mutes, { signal, turn }))
      },
      patch: ({ patch: request, at }, { signal, part }) =>
        withModel(at, signal, (subject) => patch(subject, request, { signal, onProgress: part, turn: surroundings.nextTurn })),
      heads: ({ muting, at }, { signal, part }) =>
        withModel(at, signal, (subject) =>
          measureHeads(subject, { muting, signal, onProgress: part, turn: surroundings.nextTurn }),
        ),
      lens: ({ input, mutes, at }, { signal }) => withModel(at, signal, (subject) => lens(subject, input, mutes)),
      circuits: ({ head, at }, { signal }) => withModel(at, signal, async (subject) => headCircuits(subject, head)),
      tokens: ({ sequence, at }, { signal }) => withModel(at, signal, async (subject) => tokenUses(subject, sequence)),
      generate: async ({ request, folder }, { signal, part }) => {
        const write = (generating: Model) => generate(generating, request, surroundings, { onProgress: part, signal })
        if (!folder) return write((await model()).model)
        const { directory, engine, data, at } = folder
        if (at === null) return write((await openHeld(directory, engine, data)).model)
        const then = await openPast(directory, engine, data)
        return then.at({ step: at, isExact: true }, signal, (subject) => write(subject.model))
      },
    },
    async end() {
      const session = await training?.catch(() => undefined)
      await session?.trainer.end()
      await session?.done
    },
  }
}

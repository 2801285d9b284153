/** Requests of clients to a model: looks, single answers such as an evaluation with mutes, and generation. */
import { aborted, onAbort } from '@core/contract/cancel'
import { engineChoice } from '@core/contract/engine'
import type { Look, LookRequest } from '@core/contract/look'
import type { Call, Caller, CallOptions } from '@core/contract/table'
import type { PastStep, WorkerMethods } from '@core/contract/worker'
import type { Generation, GenerationProgress, GenerationRequest } from '@core/contract/generation'
import { LabError } from '@core/errors'
import { noSuchStep, type Models, type ModelStep } from './models'
import type { Run } from './run'
import type { Spawn } from './spawn'
import { Replaced, startWorker } from './worker'

/** A model of a run. */
export interface RunModel {
  readonly models: Models
  readonly run: Run
  readonly step: ModelStep
  /** Whether the nearest step that is kept will do. */
  readonly nearest: boolean
}

/** The step to ask the worker of a past model for. */
const stepFor = ({ step, nearest }: RunModel, isPast: boolean) =>
  isPast && step !== 'now' ? { step, isExact: !nearest } : null

/**
 * A single look, or one after every `every` milliseconds in which training advanced, until cancelled; never more than the
 * caller accepts. Follows a run that continues in another worker, or whose worker died. Throws LabError: as Models.use, or if
 * the model rejects the request.
 */
export async function look(model: RunModel, request: LookRequest, every: number | null, call: Call<Look>): Promise<null> {
  const { models, run, step, nearest } = model
  const follows = step === 'now' && every !== null
  for (;;) {
    /** Steps of the looks from this worker. */
    const steps: number[] = []
    try {
      return await models.use(run, step, follows, call.signal, async (worker, signal, isPast) => {
        const onPart = async (part: Look): Promise<void> => {
          steps.push(part.step)
          if (step !== 'now' && !nearest && part.step !== step) return
          call.part(part)
          await call.taken()
        }
        await worker.ask((ask) =>
          ask.look({ look: request, every: follows ? every : null, at: stepFor(model, isPast) }, { signal, onPart }),
        )
        if (step !== 'now' && !nearest && !steps.includes(step)) throw noSuchStep(run, step)
        if (every !== null) await aborted(signal) // weights that do not change are sent once; the model stays open
        return null
      })
    } catch (error) {
      const answered = steps.length > 0
      if (call.signal.aborted || !isElsewhere(error, answered)) throw error
      if (answered && every === null) return null
    }
  }
}

/** Asks for one answer about a model, and streams the progress. Throws LabError like `look`. */
export async function ask<R, P = never>(
  model: RunModel,
  call: Call<P>,
  question: (of: Caller<WorkerMethods>, at: PastStep, options: CallOptions<P>) => Promise<R>,
): Promise<R> {
  const { models, run, step } = model
  const onPart = async (part: P): Promise<void> => {
    call.part(part)
    await call.taken()
  }
  for (;;) {
    try {
      return await models.use(run, step, false, call.signal, (worker, signal, isPast) =>
        worker.ask((of) => question(of, stepFor(model, isPast), { signal, onPart })),
      )
    } catch (error) {
      if (call.signal.aborted || !isElsewhere(error, false)) throw error
    }
  }
}

/**
 * Whether to look for the model elsewhere. A worker that died before it answered may have died of the request, which is not
 * repeated then.
 */
function isElsewhere(error: unknown, answered: boolean): boolean {
  return error instanceof Replaced || (answered && error instanceof LabError && error.code === 'process.ended')
}

/** Streams the text so far. Throws LabError: `model.nothing-kept`, `model.no-such-step`, or if the model cannot generate. */
export async function generate(
  model: RunModel,
  request: GenerationRequest,
  spawn: Spawn,
  call: Call<GenerationProgress>,
): Promise<Generation> {
  const { run, step } = model
  const isOnlyOpen = run.worker === null && !run.underWay
  // Where it is open: a large model would be in memory twice.
  if (isOnlyOpen && (step === 'now' || step === run.status.checkpoint))
    return ask(model, call, (of, _, options) => of.generate({ request, folder: null }, options))
  return generateApart(model, request, spawn, call)
}

/** In a separate worker, from a new checkpoint of the run if it is in progress, so that training is not disturbed. */
async function generateApart(
  { models, run, step }: RunModel,
  request: GenerationRequest,
  spawn: Spawn,
  call: Call<GenerationProgress>,
): Promise<Generation> {
  await models.makeRoom()
  const worker = startWorker(spawn)
  const forget = onAbort(call.signal, () => worker.end(new LabError('cancelled')))
  const onPart = async (part: GenerationProgress): Promise<void> => {
    call.part(part)
    await call.taken()
  }
  try {
    // Start the process while the checkpoint is being written.
    return await worker.ask(async (ask) => {
      const at = await keepCurrent(run, step)
      const { engine } = at === null ? await run.request() : run.status
      const folder = { directory: run.folder, engine: engineChoice.parse(engine), data: await run.data(), at }
      return ask.generate({ request, folder }, { onPart })
    })
  } finally {
    forget()
    worker.end()
  }
}

/** Writes a checkpoint if the current model is wanted and has none. Returns the step if an earlier one is wanted. Throws LabError. */
export async function keepCurrent(run: Run, step: ModelStep): Promise<number | null> {
  const { state } = run.status
  // The step in the status of a run that trains is that of its last message: the model is further.
  const hasMore = run.worker !== null && (state === 'running' || run.status.step !== run.status.checkpoint)
  const wants = step === 'now' || step === run.status.step
  if (hasMore && wants && (state === 'running' || state === 'paused' || !run.isKept)) await run.command('checkpoint')
  const { checkpoint } = run.status
  if (checkpoint === null) throw new LabError('model.nothing-kept', { run: run.id })
  if (step === 'now' || step === checkpoint) return null
  if (step > run.status.step) throw noSuchStep(run, step)
  return step
}

/**
 * Trials train a lab for a moment in a separate process, to estimate the cost of its whole training. One at a time. None takes more than 3 s (on a
 * graphics processor 6 s) and a quarter of the memory: its process is ended at these limits, and a model that is known to need more is not tried.
 */
import { totalmem } from 'node:os'
import { LRUCache } from 'lru-cache'
import { newAbort, onAbort, type Abort, type Signal } from '@core/contract/cancel'
import { gpuEngine, type EngineChoice } from '@core/contract/engine'
import { LabError, toProblem } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import type { Trial } from '@engine/budget'
import { Findings } from '@engine/findings'
import { mayHaveGpu } from '../engine/onnxruntime/gpu'
import type { Spawn } from './spawn'
import { startWorker, within } from './worker'

const kept = 16
/** A trial takes at most this share of the machine's memory. */
const share = 1 / 4
/**
 * Steps that take fewer milliseconds on the processor are not tried on the graphics processor: to hand it the hundreds of kernels of a step takes
 * longer than that.
 */
const worthTrying = 5

export interface TrialRequest {
  readonly lab: LabDocument
  readonly engine: EngineChoice
  /** Memory of a step according to the lab's analysis. */
  readonly bytes: number
  /** Identifies the learner's data. */
  readonly dataId: string | null
  readonly readData: () => Promise<string | null>
}

export interface Trials {
  /**
   * Rejects with `cancelled` when `signal` is aborted. Throws LabError for a lab that cannot be trained, `budget.busy` while a
   * run trains, `budget.no-memory` if it needs more memory than is free, `budget.too-large` if it needs more than a trial may take,
   * `budget.over-memory` if that shows on the way, `budget.too-slow` or `budget.one-step` if too little was measured in time.
   */
  of(request: TrialRequest, signal: Signal): Promise<Trial>
  /** For `auto`: the graphics processor if a trial of this lab found it faster, otherwise `auto`. */
  chosen(request: Pick<TrialRequest, 'lab' | 'dataId'>): EngineChoice
  /** Ends the trial in progress: beside a run, its figures would be wrong, and the run slower. */
  interrupt(): void
}

/** A trial in progress, waiting or known. */
interface Entry {
  readonly trial: Promise<Trial>
  /** Number of callers that wait for it. */
  waiting: number
  /** Ends it, or skips it when its turn comes; null once it is known. */
  cancel: Abort | null
  /** Its result, once it is known. */
  result: Trial | null
}

export interface TrialOptions {
  /** Called for each trial that starts, so that the user knows the reason for the delay. */
  readonly onBegin?: () => void
  /** Free memory of this machine in bytes. */
  readonly freeMemory?: () => number
  /** All memory of this machine, or of the container that it is. */
  readonly memory?: () => number
  /** Milliseconds after which its process is killed, whatever it is doing; the result uses the measurements until then. */
  readonly longest?: number
  /** Whether `auto` may try a graphics processor. */
  readonly tryGpu?: () => boolean
}

/** Not on Windows, where `auto` leaves ONNX Runtime out (engine/choose.ts). */
const mayTryGpu = (): boolean => process.platform !== 'win32' && mayHaveGpu()

/** `isBusy` returns whether runs or experiments are in progress. */
export function createTrials(
  spawn: Spawn,
  isBusy: () => boolean,
  {
    onBegin = () => undefined,
    freeMemory = () => process.availableMemory(),
    memory = wholeMemory,
    longest = 3000,
    tryGpu = mayTryGpu,
  }: TrialOptions = {},
): Trials {
  const known = new LRUCache<string, Entry>({ max: kept })
  let last: Promise<unknown> = Promise.resolve()
  /** Aborted when a run starts: ends the trial in progress and those that wait. */
  let undisturbed = newAbort()
  /** False once there was no device, or its driver ended the process. */
  let gpuWorks = true

  async function begin(request: TrialRequest, before: Promise<unknown>, signal: Signal): Promise<Trial> {
    const { engine, bytes, readData } = request
    await before
    const data = await readData()
    if (signal.aborted || isBusy()) throw new LabError('budget.busy')
    requireMemory(bytes, freeMemory(), share * memory())
    onBegin()
    const first = await measure(request, engine, data, signal, longest)
    if (engine !== 'auto' || first.stepMilliseconds < worthTrying || !gpuWorks || !tryGpu()) return first
    // Twice the time: its first step compiles hundreds of kernels.
    const second = await measure(request, gpuEngine, data, signal, 2 * longest).catch((error: unknown) => {
      if (signal.aborted) throw error
      if (['engine.no-device', 'process.ended'].includes(toProblem(error).code)) gpuWorks = false
      return null // too slow, or it cannot run this lab
    })
    if (!second) return first
    return second.stepMilliseconds < first.stepMilliseconds ? { ...second, slower: first } : { ...first, slower: second }
  }

  /** On one engine, in a process of its own. */
  async function measure(
    { lab }: TrialRequest,
    engine: EngineChoice,
    data: string | null,
    signal: Signal,
    most: number,
  ): Promise<Trial> {
    const mostBytes = share * memory()
    const worker = startWorker(spawn)
    const forget = onAbort(signal, () => worker.end(new LabError('budget.busy')))
    const findings = new Findings()
    const gathering = findings.gather((steps, evaluate) =>
      worker.ask((call) => call.measure({ lab, engine, data, steps, evaluate, mostBytes })),
    )
    try {
      await within(most, gathering)
      return findings.trial() ?? tooLittle(findings, most)
    } catch (error) {
      throw wasKilled(error) ? new LabError('budget.over-memory', { limit: gigabytes(mostBytes) }) : error
    } finally {
      forget()
      worker.end()
    }
  }

  function enter(key: string, request: TrialRequest): Entry {
    const cancel = newAbort()
    const forget = onAbort(undisturbed.signal, () => cancel.abort())
    const trial = begin(request, last, cancel.signal)
    const entry: Entry = { trial, waiting: 0, cancel, result: null }
    last = trial
      .then((result) => Object.assign(entry, { cancel: null, result }))
      .catch(() => known.get(key) === entry && known.delete(key))
      .finally(forget)
    return entry
  }

  return {
    async of(request, signal) {
      const key = keyOf(request)
      const found = known.get(key)
      const entry = found && !found.cancel?.signal.aborted ? found : enter(key, request)
      known.set(key, entry)
      entry.waiting++
      let forget = (): void => undefined
      const cancelled = new Promise<never>((_, reject) => {
        forget = onAbort(signal, () => reject(new LabError('cancelled')))
      })
      try {
        return await Promise.race([entry.trial, cancelled])
      } finally {
        forget()
        if (--entry.waiting === 0) entry.cancel?.abort()
      }
    },
    chosen: ({ lab, dataId }) =>
      known.get(keyOf({ lab, dataId, engine: 'auto' }))?.result?.device === undefined ? 'auto' : gpuEngine,
    interrupt() {
      undisturbed.abort()
      undisturbed = newAbort()
    },
  }
}

const gigabytes = (bytes: number): number => Math.round((10 * bytes) / 2 ** 30) / 10

function requireMemory(needed: number, free: number, most: number): void {
  if (needed > most) throw new LabError('budget.too-large', { needed: gigabytes(needed), limit: gigabytes(most) })
  if (needed > free) throw new LabError('budget.no-memory', { needed: gigabytes(needed), free: gigabytes(free) })
}

function wholeMemory(): number {
  const limit = process.constrainedMemory() // 0, or more than there is, without one
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** How a killed process ends, in plain Node and in Electron. Nobody but its own limit, or a system without memory, kills a trial. */
const killed = process.platform === 'win32' ? ['code 1'] : ['SIGKILL', 'code 9']
const wasKilled = (error: unknown): boolean =>
  error instanceof LabError && error.code === 'process.ended' && killed.includes(String(error.params['how']))

/** Throws what is known nevertheless. */
function tooLittle({ firstStep }: Findings, longest: number): never {
  const seconds = longest / 1000
  if (firstStep === null) throw new LabError('budget.too-slow', { seconds })
  throw new LabError('budget.one-step', { seconds, first: Number((firstStep / 1000).toPrecision(2)) })
}

/** Everything that time and memory of a step depend on; block positions do not matter. */
function keyOf({ lab, engine, dataId }: Pick<TrialRequest, 'lab' | 'engine' | 'dataId'>): string {
  const { batchSize, accumulate, shards = 1, optimiser, clipNorm, labelSmoothing, teacherForcing } = lab.training
  const training = { batchSize, accumulate, shards, optimiser, clipNorm, labelSmoothing, teacherForcing }
  return JSON.stringify([lab.graph, lab.task, training, engine, dataId], (name, value: unknown) =>
    name === 'position' && isPlace(value) ? undefined : value,
  )
}

const isPlace = (value: unknown): boolean => typeof value === 'object' && value !== null && 'x' in value && 'y' in value

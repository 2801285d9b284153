/** Trials: a lab is trained for a moment, in a process of its own, to tell what its whole training will take. One at a time. */
import { LRUCache } from 'lru-cache'
import { newAbort, onAbort, type Abort, type Signal } from '@core/contract/cancel'
import type { EngineChoice } from '@core/contract/engine'
import type { Measurement } from '@core/contract/worker'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import type { Trial } from '@engine/budget'
import type { Spawn } from './spawn'
import { startWorker } from './worker'

const kept = 16
/** Steps count once their number of threads is settled, until there are so many and they took so many milliseconds. */
const fewestSteps = 2
const shortest = 600
/** Milliseconds after which it has to do with what there is. */
const longest = 15_000
/** Milliseconds of steps between two looks at the clock: after each, the process is idle for a moment, and its next step slower. */
const stretch = 200
const mostSteps = 400

export interface TrialRequest {
  readonly lab: LabDocument
  readonly engine: EngineChoice
  /** What tells the learner's data from other data. */
  readonly dataId: string | null
  readonly readData: () => Promise<string | null>
}

export interface Trials {
  /**
   * Until `signal` is aborted; then it fails with `cancelled`. Throws LabError for a lab that cannot be trained, or `budget.busy` while a
   * run keeps the machine busy.
   */
  of(request: TrialRequest, signal: Signal): Promise<Trial>
  /** Ends the trial under way: with a run beside it, its figures would be wrong, and the run slower. */
  interrupt(): void
}

/** A trial that is under way, waits for its turn, or is known. */
interface Entry {
  readonly trial: Promise<Trial>
  /** Those who wait for it. */
  waiting: number
  /** Ends it, or leaves it out when its turn comes; null when it is known. */
  cancel: Abort | null
}

/** `isBusy` tells whether a run is under way; `onBegin` hears of each trial, so that a person knows what the seconds are for. */
export function createTrials(spawn: Spawn, isBusy: () => boolean, onBegin: () => void = () => undefined): Trials {
  const known = new LRUCache<string, Entry>({ max: kept })
  let last: Promise<unknown> = Promise.resolve()
  /** Ended when a run begins: the trial under way, and those that wait for their turn. */
  let undisturbed = newAbort()

  async function begin({ lab, engine, readData }: TrialRequest, before: Promise<unknown>, signal: Signal): Promise<Trial> {
    await before
    const data = await readData()
    if (signal.aborted || isBusy()) throw new LabError('budget.busy')
    onBegin()
    const worker = startWorker(spawn)
    const forget = onAbort(signal, () => worker.end(new LabError('budget.busy')))
    try {
      return await takeTrial((steps, evaluate) => worker.ask((call) => call.measure({ lab, engine, data, steps, evaluate })))
    } finally {
      forget()
      worker.end()
    }
  }

  function enter(key: string, request: TrialRequest): Entry {
    const cancel = newAbort()
    const forget = onAbort(undisturbed.signal, () => cancel.abort())
    const trial = begin(request, last, cancel.signal)
    const entry: Entry = { trial, waiting: 0, cancel }
    last = trial
      .then(() => (entry.cancel = null))
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
    interrupt() {
      undisturbed.abort()
      undisturbed = newAbort()
    },
  }
}

/** A few steps at a time, so that it ends soon after it knows enough. */
async function takeTrial(measure: (steps: number, evaluate: boolean) => Promise<Measurement>): Promise<Trial> {
  const began = performance.now()
  const { evaluationMilliseconds, ...first } = await measure(1, true)
  let [latest, counted] = [first.milliseconds, [] as number[]]
  let { peakBytes } = first
  let settled = 0
  while (counted.length < fewestSteps || sum(counted) < shortest) {
    const steps = Math.min(mostSteps, Math.max(1, Math.round((stretch * latest.length) / sum(latest))))
    const measured = await measure(steps, false)
    ;[latest, peakBytes] = [measured.milliseconds, measured.peakBytes]
    // The step after the last try still changes to the number that was best: it is in the stretch that follows at the latest.
    if (settled >= 2) counted = [...counted, ...latest]
    if (measured.threads !== null) settled++
    if (performance.now() - began > longest) break
  }
  const taken = counted.length > 0 ? counted : latest
  return {
    engine: first.engine,
    parameters: first.parameters,
    stepMilliseconds: sum(taken) / taken.length,
    evaluationMilliseconds: evaluationMilliseconds ?? 0,
    peakBytes,
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** All that a step's time and memory depend on: not where blocks stand. */
function keyOf({ lab, engine, dataId }: TrialRequest): string {
  const { batchSize, accumulate, optimiser, clipNorm, labelSmoothing, teacherForcing } = lab.training
  const training = { batchSize, accumulate, optimiser, clipNorm, labelSmoothing, teacherForcing }
  return JSON.stringify([lab.graph, lab.task, training, engine, dataId], (name, value: unknown) =>
    name === 'position' && isPlace(value) ? undefined : value,
  )
}

const isPlace = (value: unknown): boolean => typeof value === 'object' && value !== null && 'x' in value && 'y' in value

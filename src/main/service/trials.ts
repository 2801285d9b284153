/** Trials: a lab is trained for a moment, in a process of its own, to tell what its whole training will take. One at a time. */
import { LRUCache } from 'lru-cache'
import type { EngineChoice } from '@core/contract/engine'
import type { Measurement } from '@core/contract/run'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import type { Trial } from '@engine/budget'
import { startHelper } from './helper'
import type { Spawn } from './spawn'

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
   * Throws LabError for a lab that cannot be trained, or `budget.busy` while a run keeps the machine busy, and where the same one asks for
   * something else before the answer is there.
   */
  of(who: object, request: TrialRequest): Promise<Trial>
  /** Whoever is gone wants no answer. */
  forget(who: object): void
  /** Ends the trial under way: with a run beside it, its figures would be wrong, and the run slower. */
  interrupt(): void
}

/** `isBusy` tells whether a run is under way; `onBegin` hears of each trial, so that a person knows what the seconds are for. */
export function createTrials(spawn: Spawn, isBusy: () => boolean, onBegin: () => void = () => undefined): Trials {
  const known = new LRUCache<string, Promise<Trial>>({ max: kept })
  let last: Promise<Trial> | undefined
  /** Counts the interruptions: those who wait for their turn are interrupted, too. */
  let interruptions = 0
  let end: () => void = () => undefined
  /** What each asked for last. */
  const wanted = new Map<object, string>()
  let underWay = ''
  const isWanted = (key: string): boolean => [...wanted.values()].includes(key)
  function dropUnwanted(): void {
    if (!isWanted(underWay)) end()
  }

  async function begin({ lab, engine, readData }: TrialRequest, key: string, before?: Promise<Trial>): Promise<Trial> {
    const heard = interruptions
    await before?.catch(() => undefined)
    const data = await readData()
    if (interruptions > heard || isBusy() || !isWanted(key)) throw new LabError('budget.busy')
    underWay = key
    onBegin()
    const helper = startHelper(spawn)
    end = () => helper.end(new LabError('budget.busy'))
    try {
      return await takeTrial((steps, evaluate) => helper.ask((call) => call.measure({ lab, engine, data, steps, evaluate })))
    } finally {
      helper.end()
    }
  }

  return {
    of(who, request) {
      const key = keyOf(request)
      wanted.set(who, key)
      dropUnwanted()
      const trial = known.get(key) ?? (last = begin(request, key, last))
      known.set(key, trial)
      trial.catch(() => known.delete(key))
      return trial
    },
    forget(who) {
      wanted.delete(who)
      dropUnwanted()
    },
    interrupt() {
      interruptions++
      end()
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

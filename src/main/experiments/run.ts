/** Measures the variations of an experiment with every seed, on several processes in parallel. */
import type { EngineChoice } from '@core/contract/engine'
import type { Signal } from '@core/contract/cancel'
import type { Experiment } from '@core/experiments/types'
import type { Measurements, Values } from '@core/experiments/verdict'
import type { Spawn } from '../service/spawn'
import { startWorker, type Worker } from '../service/worker'
import { jobOf, type Job } from './take'

/** A process that measures jobs one after another. */
export interface Bench {
  readonly measure: (job: Job, onProgress: (share: number) => void) => Promise<Values>
  readonly end: () => void
}

/** Starts its process with the first job. `onEngine` is called with the name of the engine that `auto` chose. */
export function createBench(spawn: Spawn, engine: EngineChoice, onEngine: (name: string) => void = () => undefined): Bench {
  let worker: Worker | undefined
  return {
    async measure({ measures, ...job }, onProgress) {
      worker ??= startWorker(spawn)
      const result = await worker.ask((call) =>
        call.experiment(
          { engine, ...job, measures: [...measures] },
          { onPart: ({ done, of }) => onProgress(of === 0 ? 1 : done / of) },
        ),
      )
      onEngine(result.engine)
      return result.values
    },
    end: () => worker?.end(),
  }
}

export interface ExperimentRequest {
  readonly experiment: Experiment
  readonly quick: boolean
  readonly seeds: readonly number[]
}

/** Values by variation and seed. */
export type Taken = Readonly<Record<string, Readonly<Record<number, Values>>>>

export interface RunOptions {
  readonly signal: Signal
  /** Values already measured by an earlier part of the same experiment. */
  readonly taken?: Taken
  /** Waits for a free core before each job; resolves to the function that releases it. */
  readonly core?: () => Promise<() => void>
  /** Called after each job. */
  readonly onTaken: (taken: Taken, done: number, of: number) => void | Promise<void>
  /** Number of jobs done, including fractions of those in progress. */
  readonly onProgress?: (done: number, of: number) => void
}

/** Null if interrupted. Rejects with the error of a failed job. */
export async function runExperiment(
  { experiment, quick, seeds }: ExperimentRequest,
  benches: readonly Bench[],
  {
    signal,
    taken: before = {},
    core = () => Promise.resolve(() => undefined),
    onTaken,
    onProgress = () => undefined,
  }: RunOptions,
): Promise<Measurements | null> {
  const { variations, measures } = experiment
  const taken: Record<string, Record<number, Values>> = structuredClone(before)
  const all = variations.flatMap((variation) => seeds.map((seed) => ({ variation, seed })))
  const waiting = all.filter(({ variation, seed }) => !taken[variation.id]?.[seed])
  let done = all.length - waiting.length
  const shares = benches.map(() => 0)
  const report = (): void =>
    onProgress(
      shares.reduce((sum, share) => sum + share, done),
      all.length,
    )
  const isOver = (): boolean => signal.aborted
  await Promise.all(
    benches.map(async (bench, index) => {
      while (waiting.length > 0 && !signal.aborted) {
        const giveBack = await core()
        try {
          const job = isOver() ? undefined : waiting.shift()
          if (!job) break
          const { variation, seed } = job
          const values = await bench.measure(jobOf(variation, measures, quick, seed), (share) => {
            shares[index] = share
            report()
          })
          shares[index] = 0
          ;(taken[variation.id] ??= {})[seed] = values
          await onTaken(taken, ++done, all.length)
          report()
        } finally {
          giveBack()
        }
      }
    }),
  )
  return done < all.length ? null : measurementsOf(experiment, seeds, taken)
}

/** Of the variations that are measured with every seed. */
export function finishedPart(experiment: Experiment, seeds: readonly number[], taken: Taken): Measurements {
  const variations = experiment.variations.filter(({ id }) => seeds.every((seed) => taken[id]?.[seed]))
  return measurementsOf({ ...experiment, variations }, seeds, taken)
}

/** In the order of the seeds. */
export const measurementsOf = ({ variations }: Experiment, seeds: readonly number[], taken: Taken): Measurements =>
  Object.fromEntries(variations.map(({ id }) => [id, seeds.map((seed) => taken[id]?.[seed] ?? {})]))

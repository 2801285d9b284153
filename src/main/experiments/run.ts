/** Runs an experiment: its variations with every seed, on a few processes side by side, and the verdict on what they measured. */
import type { EngineChoice } from '@core/contract/engine'
import { seeds, type Experiment } from '@core/experiments/types'
import { judge, type Judged, type Measurements, type Values, type Verdict } from '@core/experiments/verdict'
import type { Spawn } from '../service/spawn'
import { startWorker } from '../service/worker'

export interface ExperimentResult {
  readonly verdict: Verdict
  readonly claims: readonly Judged[]
  readonly measurements: Measurements
}

/** A process that measures one job after another. */
export interface Bench {
  readonly measure: (job: { experiment: string; variation: string; seed: number; quick: boolean }) => Promise<Values>
  readonly end: () => void
}

export function startBench(spawn: Spawn, engine: EngineChoice): Bench {
  const { ask, end } = startWorker(spawn)
  return { measure: (job) => ask((call) => call.experiment({ engine, ...job })), end }
}

/** null if it was interrupted. `tell` hears of each run that is done. Throws what a run throws. */
export async function runExperiment(
  experiment: Experiment,
  quick: boolean,
  benches: readonly Bench[],
  interrupted: AbortSignal,
  tell: (done: number, of: number) => void,
): Promise<ExperimentResult | null> {
  const { id, variations } = experiment
  const jobs = variations.flatMap((variation) =>
    seeds.map((seed) => ({ experiment: id, variation: variation.id, seed, quick })),
  )
  const taken = new Map<string, Values>()
  const key = (variation: string, seed: number): string => `${variation}/${seed}`
  const waiting = [...jobs]
  await Promise.all(
    benches.map(async (bench) => {
      for (let job = waiting.shift(); job && !interrupted.aborted; job = waiting.shift()) {
        taken.set(key(job.variation, job.seed), await bench.measure(job))
        tell(taken.size, jobs.length)
      }
    }),
  )
  if (taken.size < jobs.length) return null
  const measurements = Object.fromEntries(
    variations.map((variation) => [variation.id, seeds.map((seed) => taken.get(key(variation.id, seed)) ?? {})]),
  )
  return { ...judge(experiment, measurements), measurements }
}

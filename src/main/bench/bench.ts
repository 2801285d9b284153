/**
 * The benchmark: all contenders train the same models in interleaved turns, so that other load on the machine affects all
 * alike.
 */
import { compile } from '@core/graph/compile'
import { standardLab, standardModels, standardText, type ModelName } from '@core/models/standard-models'
import { costOf } from '@core/program/cost'
import { createTask } from '@core/tasks'
import type { Contender } from './contender'

export interface Result {
  readonly description: string
  readonly threads: number | null
  readonly msPerStep: number
  readonly minimum: number
  readonly maximum: number
  readonly steps: number
  readonly stepsPerSecond: number
  readonly tokensPerSecond: number
  readonly gigaflops: number
  /** Share of the fastest matrix product of any contender on this machine; null if none reported one. */
  readonly peakShare: number | null
  readonly peakBytes: number
}
/** Why a contender did not take part. */
export interface NotRun {
  readonly notRun: string
}
export type Results<Name extends string> = Partial<Record<ModelName, Partial<Record<Name, Result | NotRun>>>>

export interface BenchOptions<Name extends string> {
  readonly models: readonly ModelName[]
  readonly contenders: readonly Name[]
  readonly start: (name: Name, model: ModelName) => Promise<Contender>
  /** Why a contender could not be started, in the reader's language. */
  readonly reason: (error: unknown) => string
  readonly onResult: (model: ModelName, name: Name, result: Result | NotRun) => void
  readonly interrupted: AbortSignal
}

/** Number of turns, and a smaller one for steps slower than `slow` milliseconds. */
const rounds = 7
const roundsIfSlow = 3
const slow = 3000
/** Duration of a contender's turn in milliseconds. */
const turn = 700
const mostSteps = 400
const warmUp = 1000

/** Runs the models one after another, with the contenders of each in turns. */
export async function runBench<Name extends string>(options: BenchOptions<Name>): Promise<Results<Name>> {
  const results: Results<Name> = {}
  let gigaflops = 0
  for (const model of options.models) {
    const of: Partial<Record<Name, Result | NotRun>> = {}
    results[model] = of
    const tell = (name: Name, result: Result | NotRun): void => {
      of[name] = result
      options.onResult(model, name, result)
    }
    const started = new Map<Name, { readonly contender: Contender; readonly pace: Pace; readonly times: number[] }>()
    try {
      for (const name of options.contenders) {
        try {
          const contender = await options.start(name, model)
          started.set(name, { contender, pace: await warm(contender), times: [] })
          gigaflops = Math.max(gigaflops, contender.gigaflops ?? 0)
        } catch (error) {
          tell(name, { notRun: options.reason(error) })
        }
      }
      for (let round = 0; round < rounds && !options.interrupted.aborted; round++) {
        for (const { contender, pace, times } of started.values()) {
          if (round < pace.rounds) times.push(...(await contender.steps(pace.steps)))
        }
      }
      for (const [name, { contender, times }] of started) {
        if (times.length > 0) tell(name, summarise(model, contender, times, gigaflops))
      }
    } finally {
      for (const { contender } of started.values()) contender.end()
    }
    if (options.interrupted.aborted) break
  }
  return results
}

interface Pace {
  /** Per turn. */
  readonly steps: number
  readonly rounds: number
}

/** Warm-up steps, which also determine the number of steps per turn. */
async function warm(contender: Contender): Promise<Pace> {
  const began = performance.now()
  let fastest = Infinity
  do fastest = Math.min(fastest, ...(await contender.steps(1)))
  while (performance.now() - began < warmUp || contender.threads() === null)
  return {
    steps: Math.min(mostSteps, Math.max(1, Math.round(turn / fastest))),
    rounds: fastest < slow ? rounds : roundsIfSlow,
  }
}

/** FLOPs are those of our program for every contender, so that the figures compare times alone. */
function summarise(model: ModelName, contender: Contender, times: readonly number[], peak: number): Result {
  const { batch, length } = standardModels[model]
  const sorted = times.toSorted((a, b) => a - b)
  const msPerStep = sorted[sorted.length >> 1]!
  const gigaflops = flopsOfModel(model) / msPerStep / 1e6
  return {
    description: contender.description,
    threads: contender.threads(),
    msPerStep,
    minimum: sorted[0]!,
    maximum: sorted.at(-1)!,
    steps: times.length,
    stepsPerSecond: 1000 / msPerStep,
    tokensPerSecond: (1000 * batch * length) / msPerStep,
    gigaflops,
    peakShare: peak > 0 ? gigaflops / peak : null,
    peakBytes: contender.peakBytes(),
  }
}

function flopsOfModel(name: ModelName): number {
  const lab = standardLab(name, standardModels[name])
  const { spec } = createTask(lab.task, standardText(standardModels[name]))
  return costOf(compile(lab, spec.signature, { mode: 'train' })).flops.total
}

/** The benchmark: every contender trains the same models in turns, so that whatever else the machine does falls on all alike. */
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
  /** Of the fastest matrix product that any contender reached on this machine; null where none told. */
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
  /** Why one could not be started, in the reader's language. */
  readonly reason: (error: unknown) => string
  readonly onResult: (model: ModelName, name: Name, result: Result | NotRun) => void
  readonly interrupted: AbortSignal
}

/** Fewer for what takes so many milliseconds a step. */
const rounds = 7
const roundsIfSlow = 3
const slow = 3000
/** Milliseconds of a contender's turn. */
const turn = 700
const mostSteps = 400
const warmUp = 1000

/** Models one after another, the contenders of each side by side. */
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
  /** Of a turn. */
  readonly steps: number
  readonly rounds: number
}

/** Steps that do not count, by which the others are planned. */
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

/** FLOPs are those of our program for all, so that the figures compare times and nothing else. */
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

/** Re-execution of a submitted run, and its comparison with what was handed in. */
import type { Agreement } from '@core/classroom/grade'
import type { Environment, SubmittedRun } from '@core/classroom/work'
import type { Signal } from '@core/contract/cancel'
import { engines, type EngineChoice } from '@core/contract/engine'
import type { Problem } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import type { HiddenData } from '@core/tasks/hidden'

/** A submitted lab, trained again or opened with the weights handed in. */
export interface Reexecution {
  readonly engine: string
  readonly steps: number
  /** SHA-256 over all states in name order. */
  readonly stateHash: string
  /** Loss and metrics on the validation set. */
  readonly validation: Readonly<Record<string, number>>
  /** The same on hidden data, by name. */
  readonly hidden: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Training loss at the steps that were asked for. */
  readonly losses: Readonly<Record<number, number>>
}

export interface ReexecutionJob {
  readonly engine: EngineChoice
  readonly lab: LabDocument
  readonly data: string | null
  /** All states as safetensors; null to train. */
  readonly weights: Uint8Array | null
  readonly hidden: Readonly<Record<string, HiddenData>>
  /** Steps whose training loss is reported. */
  readonly at: readonly number[]
}

/** Rejects with LabError `rerun.too-long` after so many seconds. */
export type Reexecute = (job: ReexecutionJob, seconds: number, signal: Signal) => Promise<Reexecution>

/** The engine of a submitted run, or the fastest here if it is not known. */
export const engineOf = ({ engine }: Environment): EngineChoice => engines.find((each) => each === engine) ?? 'auto'

/** Seeds, besides the submitted one, from which the band is measured where equal bytes cannot be expected. */
const bandSeeds = 2

/** Where the bytes differ, the same lab is trained with other seeds: that much, results may differ by chance. */
export async function compare(
  run: SubmittedRun,
  found: Reexecution,
  here: Environment,
  withSeed: (offset: number) => Promise<Reexecution>,
): Promise<{ readonly agreement: Agreement; readonly because: Problem }> {
  if (found.stateHash === run.stateHash) {
    const edited = run.curve.steps.find((step, index) => found.losses[step] !== Math.fround(run.curve.values[index]!))
    const metric = Object.keys(run.evaluation).find((name) => run.evaluation[name] !== found.validation[name])
    if (edited === undefined && metric === undefined) return { agreement: 'same', because: { code: 'rerun.same', params: {} } }
    if (edited !== undefined) return { agreement: 'edited', because: { code: 'rerun.curve-edited', params: { step: edited } } }
    return { agreement: 'edited', because: { code: 'rerun.metric-edited', params: { metric: metric! } } }
  }
  const claimed = run.environment
  const isSameHere = (['version', 'engine', 'runtime', 'platform', 'processor'] as const).every(
    (each) => claimed[each] === here[each],
  )
  if (isSameHere) return { agreement: 'different', because: { code: 'rerun.different', params: {} } }
  const others = [found]
  for (let offset = 1; offset <= bandSeeds; offset++) others.push(await withSeed(offset))
  const outside = Object.keys(run.evaluation).find(
    (name) =>
      !isWithin(
        run.evaluation[name]!,
        others.map(({ validation }) => validation[name] ?? NaN),
      ),
  )
  if (outside === undefined) return { agreement: 'within', because: { code: 'rerun.within', params: { seeds: others.length } } }
  return {
    agreement: 'outside',
    because: { code: 'rerun.outside', params: { metric: outside, claimed: run.evaluation[outside]! } },
  }
}

/**
 * The band of a few seeds: their range, widened on either side by its own width, and by at least two hundredths (of the largest value, if
 * that is above 1), as three seeds know little about the tails.
 */
export function isWithin(value: number, measured: readonly number[]): boolean {
  const [low, high] = [Math.min(...measured), Math.max(...measured)]
  const margin = Math.max(high - low, 0.02 * Math.max(1, Math.abs(high)))
  return value >= low - margin && value <= high + margin
}

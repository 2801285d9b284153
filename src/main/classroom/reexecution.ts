/** Re-execution of a submitted run in a process of its own, and its comparison with what was handed in. */
import type { Agreement } from '@core/classroom/grade'
import type { Environment, SubmittedRun } from '@core/classroom/work'
import { newAbort, onAbort, type Signal } from '@core/contract/cancel'
import { engines, type EngineChoice } from '@core/contract/engine'
import type { Reexecution } from '@core/contract/worker'
import { LabError, type Problem } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import type { HiddenData } from '@core/tasks/hidden'
import type { Spawn } from '../service/spawn'
import { startWorker } from '../service/worker'

export interface ReexecutionJob {
  readonly engine: EngineChoice
  readonly lab: LabDocument
  readonly data: string | null
  readonly weights: Uint8Array<ArrayBuffer> | null
  readonly hidden: Readonly<Record<string, HiddenData>>
  readonly at: readonly number[]
}

export type Reexecute = (job: ReexecutionJob, seconds: number, signal: Signal) => Promise<Reexecution>

/** One process for each call, which is killed after `seconds` with LabError `rerun.too-long`. */
export const reexecuteWith =
  (spawn: Spawn): Reexecute =>
  async (job, seconds, signal) => {
    const worker = startWorker(spawn)
    const timer = setTimeout(() => worker.end(new LabError('rerun.too-long', { seconds })), 1000 * seconds)
    const forget = onAbort(signal, () => worker.end(new LabError('cancelled')))
    try {
      const { hidden, at, ...rest } = job
      return await worker.ask((call) =>
        call.reexecute({ ...rest, hidden: { ...hidden }, at: [...at] }, { signal: newAbort().signal }),
      )
    } finally {
      clearTimeout(timer)
      forget()
      worker.end()
    }
  }

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
 * The band of a few seeds: their range, widened on either side by its own width, and by at least two hundredths, as three seeds know little
 * about the tails.
 */
export function isWithin(value: number, measured: readonly number[]): boolean {
  const [low, high] = [Math.min(...measured), Math.max(...measured)]
  const margin = Math.max(high - low, 0.02)
  return value >= low - margin && value <= high + margin
}

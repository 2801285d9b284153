/** What trains a benchmark's model, ours and others' alike: a process of its own that takes steps when told to. */
import type { EngineName } from '@core/contract/engine'
import { standardLab, standardText, type StandardModel } from '@core/models/standard-models'
import type { Spawn } from '../service/spawn'
import { startWorker } from '../service/worker'

export interface Contender {
  /** What it calls itself, e.g. with its version. */
  readonly description: string
  /** null while it still tries how many are fastest. */
  threads(): number | null
  /** GFLOP/s of its large matrix product, where it tells. */
  readonly gigaflops: number | null
  /** Milliseconds of each step. */
  steps(count: number): Promise<readonly number[]>
  /** Bytes its process had in memory at most. */
  peakBytes(): number
  end(): void
}

/** Why a contender does not take part: a sentence or a detail. */
export class NotThere extends Error {}

/** One of our engines, in a worker. Throws LabError. */
export async function startEngine(engine: EngineName, title: string, model: StandardModel, spawn: Spawn): Promise<Contender> {
  const lab = standardLab(title, model)
  const data = standardText(model)
  const { ask, end } = startWorker(spawn)
  let peak = 0
  let threads: number | null = null
  const take = async (steps: number): Promise<readonly number[]> => {
    const measured = await ask((call) => call.measure({ lab, engine, data, steps }))
    peak = measured.peakBytes
    threads = measured.threads
    return measured.milliseconds
  }
  let gigaflops: number
  try {
    await take(1)
    gigaflops = await ask((call) => call.matmulPeak({ engine }))
  } catch (error) {
    end()
    throw error
  }
  return { description: engine, threads: () => threads, gigaflops, steps: take, peakBytes: () => peak, end }
}

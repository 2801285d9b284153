/** What trains a model of the benchmark, ours or another library: a separate process that takes steps on request. */
import type { EngineName } from '@core/contract/engine'
import { standardLab, standardText, type StandardModel } from '@core/models/standard-models'
import type { Spawn } from '../service/spawn'
import { startWorker } from '../service/worker'

export interface Contender {
  /** Its own name, e.g. with its version. */
  readonly description: string
  /** null while it still determines the fastest number. */
  threads(): number | null
  /** GFLOP/s of a large matrix product, if it reports it. */
  readonly gigaflops: number | null
  /** Milliseconds of each step. */
  steps(count: number): Promise<readonly number[]>
  /** Peak memory of its process in bytes. */
  peakBytes(): number
  end(): void
}

/** Why a contender is not available: a sentence or a detail. */
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

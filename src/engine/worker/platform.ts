/** What a worker needs of its platform: a process of Node, or a thread of a page. */
import type { Signal } from '@core/contract/cancel'
import type { EngineChoice } from '@core/contract/engine'
import type { LabError } from '@core/errors'
import type { Executor } from '../executor'
import type { Storage, Surroundings } from '../surroundings'
import type { WeightsFile } from '../weights-file'

export interface WorkerPlatform {
  readonly surroundings: Surroundings
  /** `tell` receives remarks, e.g. that another engine than the fastest is used. Throws LabError. */
  readonly executor: (choice: EngineChoice, tell: (notice: LabError) => void) => Promise<Executor>
  /** The folder of a run. */
  readonly storage: (directory: string) => Storage
  /** Weights of a run's last checkpoint, or of a file. Throws LabError. */
  readonly weights: (path: string) => Promise<WeightsFile>
  /** Resolves after so many milliseconds, or when aborted. */
  readonly sleep: (milliseconds: number, signal: Signal) => Promise<void>
}

/** What each format defines: one file each, one line in `exporters.ts`. */
import type { Signal } from '@core/contract/cancel'
import type { Difference, ExportOptions, ExportPlan } from '@core/contract/exchange'
import type { Progress } from '@core/contract/progress'
import type { ExportSource } from './source'
import type { Python } from './python'

export interface Writing {
  readonly options: ExportOptions
  readonly progress: (progress: Progress) => void
  readonly signal: Signal
}

export interface Exporter {
  /** Whether it wants low-rank adapters as they are; otherwise it is given a model in which they are merged. */
  readonly keepsAdapters?: (options: ExportOptions) => boolean
  /** What would be written. Writes nothing, and takes no longer than compiling the lab. */
  plan(source: ExportSource, options: ExportOptions): PlannedExport | Promise<PlannedExport>
  /** Writes into an empty folder. Called only if the plan refuses nothing. Throws LabError, `cancelled` when the signal is aborted. */
  write(source: ExportSource, folder: string, writing: Writing): Promise<void>
  /** Executes what was written by the library it is meant for, and compares. Absent where there is nothing to execute. */
  readonly verify?: (source: ExportSource, folder: string, python: Python, writing: Writing) => Promise<Verified>
}

export type PlannedExport = Pick<ExportPlan, 'files' | 'refused' | 'missing'>

export interface Verified {
  /** It passes if none exceeds its limit; a NaN does. */
  readonly differences: readonly Difference[]
  readonly versions: Readonly<Record<string, string>>
}

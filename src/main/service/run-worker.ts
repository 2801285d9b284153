/** The worker of a run: what it tells goes to the run and its series, until it is gone. */
import type { RunStatus, RunSummary, Telemetry } from '@core/contract/runs'
import type { RecordedSeries } from './recorded-series'
import type { Spawn } from './spawn'
import { startWorker, type Worker } from './worker'

export interface RunWorkerListener {
  readonly status: (status: RunStatus) => void
  readonly summary: (summary: RunSummary) => void
  /** After the series have it. */
  readonly telemetry: (telemetry: Telemetry) => void
  /** It has ended, with this exit code or signal. */
  readonly gone: (how: string) => void
}

/** The series are in use, once already, and released when the worker is gone: then `exited` resolves, and all is written. */
export function attachWorker(
  spawn: Spawn,
  series: RecordedSeries,
  { status, summary, telemetry, gone }: RunWorkerListener,
): { readonly worker: Worker; readonly exited: Promise<void> } {
  const worker = startWorker(spawn)
  series.open()
  worker.on('status', status)
  worker.on('summary', summary)
  worker.on('telemetry', (told) => {
    series.add(told.series)
    telemetry(told)
  })
  const exited = worker.ended.then(async (how) => {
    gone(how)
    await series.close()
    series.release()
  })
  return { worker, exited }
}

/** The worker of a run: passes its reports to the run and its series until it exits. */
import type { RunStatus, RunSummary, Telemetry } from '@core/contract/runs'
import type { RecordedSeries } from './recorded-series'
import type { Worker } from './worker'

export interface RunWorkerListener {
  readonly status: (status: RunStatus) => void
  readonly summary: (summary: RunSummary) => void
  /** Called after the series were updated. */
  readonly telemetry: (telemetry: Telemetry) => void
  /** Called when it has exited, with the exit code or signal. */
  readonly gone: (how: string) => void
}

/**
 * Expects that the series are in use once already, and releases them when the worker exits; then it resolves, with
 * everything written.
 */
export function attachWorker(
  worker: Worker,
  series: RecordedSeries,
  { status, summary, telemetry, gone }: RunWorkerListener,
): Promise<void> {
  series.open()
  worker.on('status', status)
  worker.on('summary', summary)
  worker.on('telemetry', (told) => {
    series.add(told.series)
    telemetry(told)
  })
  return worker.ended.then(async (how) => {
    gone(how)
    await series.close()
    series.release()
  })
}

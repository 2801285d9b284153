/** For tests: clients of a service, in memory, and what they receive. */
import { newAbort } from '@core/contract/cancel'
import { owner, type Client } from '@core/contract/client'
import { labEvents, labMethods, type LabEvents, type LabMethods } from '@core/contract/lab'
import { memoryPorts } from '@core/contract/memory-port'
import { connect, type Connection } from '@core/contract/rpc'
import type { RunOverview, RunPart, RunState, RunStatus, RunSummary } from '@core/contract/runs'
import { RunSeries, type SeriesParts } from '@core/series/series'
import { timeSeries } from '@core/series/units'
import { pageHost } from '../page-host'
import type { Service } from '../service'

export const description = {
  kind: 'browser',
  version: '0.0.0',
  platform: 'test',
  machine: 'test × 1',
  dialogs: false,
  engines: [],
} as const

export type LabClient = Connection<LabMethods, LabEvents>

/** As between processes, messages are cloned, unless `copy` differs. */
export function clientOf(
  service: Service,
  client: Client = owner,
  copy: (message: unknown) => unknown = structuredClone,
): LabClient {
  const [near, far] = memoryPorts(copy)
  service.connect(far, client, pageHost(description))
  return connect(near, labMethods, labEvents)
}

/** All runs as currently listed. */
export async function overviews({ call }: Pick<LabClient, 'call'>): Promise<readonly RunOverview[]> {
  const abort = newAbort()
  return new Promise((resolve, reject) => {
    const onPart = ({ runs }: { readonly runs: readonly RunOverview[] }): void => {
      resolve(runs)
      abort.abort()
    }
    call['runs.watch']({}, { signal: abort.signal, onPart }).catch(reject)
  })
}

export const statuses = async (client: Pick<LabClient, 'call'>): Promise<RunStatus[]> =>
  (await overviews(client)).map(({ status }) => status)

/** A followed run. */
export interface Followed {
  readonly parts: readonly RunPart[]
  readonly series: RunSeries
  readonly status: RunStatus | undefined
  readonly summary: RunSummary | null
  readonly values: (series: string) => readonly number[]
  readonly steps: (series: string) => readonly number[]
  /** Resolves when the run is in one of the states. */
  until(...states: RunState[]): Promise<RunStatus>
  stop(): void
}

export function follow({ call }: Pick<LabClient, 'call'>, run: string): Followed {
  const abort = newAbort()
  const parts: RunPart[] = []
  const series = new RunSeries()
  const waiting = new Set<() => void>()
  let [status, summary]: [RunStatus | undefined, RunSummary | null] = [undefined, null]
  let failed: Error | undefined
  const onPart = (part: RunPart): void => {
    parts.push(part)
    if (part.cut !== undefined) series.cut(part.cut - 1)
    if (part.series) series.add(part.series)
    status = part.status ?? status
    summary = part.summary ?? summary
    for (const look of waiting) look()
  }
  call['runs.follow']({ run }, { signal: abort.signal, onPart }).catch((error: unknown) => {
    failed = error as Error
    for (const look of waiting) look()
  })
  return {
    parts,
    series,
    get status() {
      return status
    },
    get summary() {
      return summary
    },
    values: (name) => [...(series.get(name)?.points().values ?? [])],
    steps: (name) => [...(series.get(name)?.points().steps ?? [])],
    until: (...states) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (status && states.includes(status.state)) resolve(status)
          else if (failed) reject(failed)
          else return
          waiting.delete(look)
        }
        waiting.add(look)
        look()
      }),
    stop: () => abort.abort(),
  }
}

/** The measurements of a run that another one with the same seed repeats: all but the time they took. */
export function reproducible({ series }: Pick<Followed, 'series'>): SeriesParts {
  const { [timeSeries]: time, ...others } = series.snapshot()
  if (!time?.steps.length) throw new Error('no time was recorded')
  return others
}

/** The complete state of a run so far. */
export async function history(client: Pick<LabClient, 'call'>, run: string): Promise<Followed> {
  const followed = follow(client, run)
  await followed.until('queued', 'starting', 'running', 'paused', 'finished', 'stopped', 'failed', 'interrupted')
  followed.stop()
  return followed
}

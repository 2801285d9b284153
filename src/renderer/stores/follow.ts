/**
 * Data of the run on screen: collected as it arrives and shown at the pace of `createPace`. Series and tensors are never deeply reactive.
 */
import { computed, ref, shallowRef } from 'vue'
import type { RunPart, RunStatus, RunSummary } from '@core/contract/runs'
import type { Problem } from '@core/errors'
import { RunSeries } from '@core/series/series'
import { metricOf } from '@core/series/units'
import type { Host } from '../api/host'
import { createPace } from './pace'

/** Series for the charts: of the run on screen or, until its first values arrive, of the previous run. */
export interface Curves {
  readonly run: string | null
  readonly series: RunSeries
  /** Incremented whenever the series grow. */
  readonly version: number
}

interface Listener {
  /** Called when the state changes. */
  onState(now: RunStatus, before: RunStatus): void
  /** The run was deleted or is unknown. */
  onGone(): void
  onFailure(problem: Problem): void
}

export function useFollower(host: Host, { onState, onGone, onFailure }: Listener) {
  const status = shallowRef<RunStatus | null>(null)
  const curves = shallowRef<Curves>({ run: null, series: new RunSeries(), version: 0 })
  const stepsPerSecond = ref(0)
  const summary = shallowRef<RunSummary | null>(null)
  /** Whether the curves belong to the run on screen. */
  const curvesAreOwn = computed(() => curves.value.run === status.value?.run)
  /** Last value of a series of the run on screen. */
  const last = (name: string): number | undefined => (curvesAreOwn.value ? curves.value.series.get(name)?.last : undefined)

  /** Metrics of the last evaluation by name; null before the first. */
  const metrics = computed(() => {
    if (!curvesAreOwn.value) return null
    const { series } = curves.value
    const found = series.names.flatMap((name) => {
      const [metric, value] = [metricOf(name), series.get(name)?.last]
      return metric === null || metric === 'loss' || value === undefined ? [] : [[metric, value] as const]
    })
    return found.length > 0 ? Object.fromEntries(found) : null
  })

  let followed: string | null = null
  let stop = (): void => undefined
  let series = new RunSeries()
  let newStatus: RunStatus | null = null
  let newSpeed = 0
  let grew = false
  const pace = createPace(show, navigator.hardwareConcurrency)

  function show(): void {
    if (newStatus) status.value = newStatus
    if (grew) curves.value = { run: followed, series, version: curves.value.version + 1 }
    stepsPerSecond.value = newSpeed
    newStatus = null
    grew = false
  }

  /** A new state is shown immediately, because it decides which actions are available; the rest is paced. */
  function receive(received: RunStatus): void {
    if (received.run !== followed) return
    const before = status.value
    if (received.state !== 'running') newSpeed = 0
    if (before?.state === received.state) newStatus = received
    else {
      status.value = received
      newStatus = null
      if (before) onState(received, before)
      pace.hurry()
    }
    pace.request()
  }

  function take({ status: told, series: parts, cut, stepsPerSecond: speed, summary: final }: RunPart): void {
    if (cut !== undefined) series.cut(cut - 1)
    if (parts) {
      series.add(parts)
      grew = series.names.some((name) => series.get(name)!.last !== undefined)
    }
    if (speed !== undefined) newSpeed = speed
    if (final) summary.value = final
    if (told) receive(told)
    const step = parts?.['loss']?.steps.at(-1) ?? 0
    const known = newStatus ?? status.value
    if (known && step > known.step) newStatus = { ...known, step }
    pace.request()
  }

  /** Follows this run from now on. Without a known status, it is null until the first part arrives. */
  function follow(run: string, known: RunStatus | null): void {
    stop()
    followed = run
    series = new RunSeries()
    newStatus = null
    newSpeed = 0
    grew = false
    status.value = known
    summary.value = null
    stop = host.stream(
      'runs.follow',
      { run },
      { onPart: take, onEnd: onGone, onFailure: (problem) => (problem.code === 'run.unknown' ? onGone() : onFailure(problem)) },
    )
  }

  /** Clears the run and all its data. */
  function leave(): void {
    stop()
    followed = null
    newStatus = null
    newSpeed = 0
    grew = false
    status.value = summary.value = null
    stepsPerSecond.value = 0
    curves.value = { run: null, series: new RunSeries(), version: curves.value.version + 1 }
  }

  return { status, curves, curvesAreOwn, last, metrics, stepsPerSecond, summary, follow, leave, receive, hurry: pace.hurry }
}

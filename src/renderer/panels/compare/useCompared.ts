/** The runs that are compared, with their labs and whole records: followed while they train, read once otherwise. */
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef } from 'vue'
import type { RunOverview, RunSummary } from '@core/contract/runs'
import { isUnderWay } from '@core/contract/run-state'
import type { LabDocument } from '@core/lab/document'
import { RunSeries } from '@core/series/series'
import { useHost } from '../../api/host'
import { localText } from '../../locales'
import { useCompare } from '../../stores/compare'
import { useNotices } from '../../stores/notices'
import { createPace } from '../../stores/pace'
import { useRuns } from '../../stores/runs'
import { nameOf } from '../runs/listing'

export interface Compared {
  readonly run: string
  /** A to J. */
  readonly letter: string
  readonly name: string
  readonly overview: RunOverview
  /** Null until it has arrived. */
  readonly lab: LabDocument | null
  /** Id of the learner's text, if it uses one. */
  readonly data: string | null
  readonly series: RunSeries
  readonly summary: RunSummary | null
}

interface Followed {
  readonly series: RunSeries
  lab: LabDocument | null
  data: string | null
  summary: RunSummary | null
  stop: () => void
}

export function useCompared(): ComputedRef<readonly Compared[]> {
  const host = useHost()
  const runs = useRuns()
  const compare = useCompare()
  const notices = useNotices()
  const followed = new Map<string, Followed>()
  /** Replaced whenever something has arrived; series are too large to be reactive. */
  const arrived = shallowRef<ReadonlyMap<string, Followed>>(followed)
  const pace = createPace(() => (arrived.value = new Map(followed)), navigator.hardwareConcurrency)

  function follow(run: string): void {
    const known: Followed = { series: new RunSeries(), lab: null, data: null, summary: null, stop: () => undefined }
    followed.set(run, known)
    known.stop = host.stream(
      'runs.follow',
      { run },
      {
        onPart({ cut, series, status, summary }) {
          if (cut !== undefined) known.series.cut(cut - 1)
          if (series) known.series.add(series)
          if (summary) known.summary = summary
          pace.request()
          // The first part has everything of a run that has ended; a page may send it before the stream can be stopped.
          if (status && !isUnderWay(status)) queueMicrotask(() => known.stop())
        },
        onFailure: notices.report,
      },
    )
    void notices.attempt(async () => {
      Object.assign(known, await host.call['runs.read']({ run }))
      pace.request()
    })
  }
  watch(
    () => compare.chosen,
    (chosen) => {
      for (const [run, { stop }] of followed) {
        if (chosen.includes(run)) continue
        stop()
        followed.delete(run)
      }
      for (const run of chosen) if (!followed.has(run)) follow(run)
      arrived.value = new Map(followed)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    for (const { stop } of followed.values()) stop()
  })

  return computed(() =>
    compare.chosen.flatMap((run, index) => {
      const [overview, known] = [runs.overviews.get(run), arrived.value.get(run)]
      if (!overview || !known) return []
      const name = nameOf(overview, ({ title }) => localText(title))
      const { series, lab, data, summary } = known
      return [{ run, letter: String.fromCharCode(65 + index), name, overview, lab, data, series, summary }]
    }),
  )
}

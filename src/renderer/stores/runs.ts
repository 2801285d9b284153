/** All runs the host keeps, as they are listed, and what can be done with those that are not on screen. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { RunOverview } from '@core/contract/runs'
import { useHost } from '../api/host'
import { useNotices } from './notices'
import { createPace } from './pace'

export const useRuns = defineStore('runs', () => {
  const host = useHost()
  const notices = useNotices()

  const overviews = shallowRef<ReadonlyMap<string, RunOverview>>(new Map())
  /** Newest first. */
  const listed = computed(() => [...overviews.value.values()].sort(byAge))

  const known = new Map<string, RunOverview>()
  const pace = createPace(() => (overviews.value = new Map(known)), navigator.hardwareConcurrency)
  // The first part after each connection has all there are.
  host.onConnected(() => known.clear())
  host.stream(
    'runs.watch',
    {},
    {
      onPart({ runs, removed }) {
        for (const overview of runs) known.set(overview.status.run, overview)
        for (const run of removed) known.delete(run)
        pace.request()
      },
      onFailure: notices.report,
    },
  )

  async function stop(run: string): Promise<void> {
    await host.call['runs.command']({ run, command: 'stop' })
  }
  async function remove(run: string): Promise<void> {
    await host.call['runs.remove']({ run })
    notices.tell('runs.deleted')
  }

  return { overviews, listed, stop, remove }
})

/** Runs that a person has named, and not the host, do not say when they began: they come last. */
function byAge(a: RunOverview, b: RunOverview): number {
  const difference = (b.begun ?? -Infinity) - (a.begun ?? -Infinity)
  if (difference !== 0 && !Number.isNaN(difference)) return difference
  return a.status.run < b.status.run ? 1 : -1
}

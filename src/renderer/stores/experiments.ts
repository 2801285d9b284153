/** Experiments of this host: what is measured, and what was. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { ExperimentStatus } from '@core/contract/experiments'
import { useHost } from '../api/host'
import { useNotices } from './notices'

export const useExperiments = defineStore('experiments', () => {
  const host = useHost()
  const notices = useNotices()
  const statuses = shallowRef<ReadonlyMap<string, ExperimentStatus>>(new Map())
  host.onConnected(() => (statuses.value = new Map()))
  host.stream(
    'experiments.watch',
    {},
    {
      onPart({ experiments, removed }) {
        const next = new Map(statuses.value)
        for (const status of experiments) next.set(status.id, status)
        for (const id of removed) next.delete(id)
        statuses.value = next
      },
      onFailure: notices.report,
    },
  )
  /** The newest finished status of one of the twenty; full ones are preferred over quick ones. */
  function latest(id: string): ExperimentStatus | null {
    const finished = [...statuses.value.values()].filter(({ experiment, state }) => experiment === id && state === 'finished')
    finished.sort((a, b) => Number(a.quick) - Number(b.quick) || b.begun - a.begun)
    return finished[0] ?? null
  }
  return { statuses, latest }
})

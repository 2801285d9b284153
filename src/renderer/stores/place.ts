/** Where new runs train: pupils of a class train in their own pages, so that they do not wait for the desk, or at the desk if they choose. */
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import { usePageRuns } from '../training/use-page-runs'
import { useNotices } from './notices'
import { useWorkspace } from './workspace'

export const places = ['page', 'desk'] as const
export type Place = (typeof places)[number]

export const usePlace = defineStore('place', () => {
  const runs = usePageRuns()
  const workspace = useWorkspace()
  const notices = useNotices()

  /** Only where there is a choice. */
  const isOffered = computed(() => workspace.description?.desk === 'pupil')
  const chosen = computed<Place>({
    get: () => (runs.chosen.value ? 'page' : 'desk'),
    set: (place) => (runs.chosen.value = place === 'page'),
  })
  watch(isOffered, (now) => (runs.chosen.value = now), { immediate: true })
  runs.onProblem(notices.report)

  return { isOffered, chosen }
})

/** The runs chosen for comparison, in the order of choice. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { useRuns } from './runs'

/** More curves cannot be told apart. */
export const mostCompared = 10

export const useCompare = defineStore('compare', () => {
  const runs = useRuns()
  const ticked = ref<readonly string[]>([])
  /** Without those that have been deleted meanwhile. */
  const chosen = computed(() => {
    const listed = new Set(runs.listed.map(({ status }) => status.run))
    return ticked.value.filter((run) => listed.has(run))
  })
  const isFull = computed(() => chosen.value.length >= mostCompared)
  const isReady = computed(() => chosen.value.length >= 2)
  function toggle(run: string): void {
    if (chosen.value.includes(run)) ticked.value = chosen.value.filter((each) => each !== run)
    else if (!isFull.value) ticked.value = [...chosen.value, run]
  }
  /** Before all others, which remain as far as there is room. */
  const chooseFirst = (runs: readonly string[]): void =>
    void (ticked.value = [...runs, ...ticked.value.filter((run) => !runs.includes(run))].slice(0, mostCompared))
  /** The two runs compared in detail; null for the first ones. */
  const from = ref<string | null>(null)
  const to = ref<string | null>(null)
  function choosePair(first: string | null, second: string | null): void {
    from.value = first
    to.value = second
  }
  const clear = (): void => void (ticked.value = [])
  return { chosen, isFull, isReady, from, to, toggle, chooseFirst, choosePair, clear }
})

/** Estimated cost of training the open lab on this computer, requested when edits have settled and no run is active. */
import { watchDebounced } from '@vueuse/core'
import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { Budget } from '@core/contract/runs'
import { useHost } from '../api/host'
import { useAnalysis } from './analysis'
import { useLab } from './lab'
import { useRun } from './run'
import { stable } from './stable'

/** Debounce in milliseconds. */
const settled = 700

export const useBudget = defineStore('budget', () => {
  const host = useHost()
  const lab = useLab()
  const analysis = useAnalysis()
  const run = useRun()

  const budget = shallowRef<Budget | null>(null)
  let asked = 0

  /** Everything the budget depends on; null if no lab is open, it has a problem, or a run is active. */
  const question = stable(() => {
    const { document, dataId } = lab
    const { structure, result, pending } = analysis
    if (run.active || !structure || !document || pending || !result || result.problems.length > 0) return null
    return [structure.graph, document.task, document.training, dataId]
  })

  async function ask(): Promise<void> {
    const mine = ++asked
    const { document, dataId } = lab
    if (!document || question.value === null) return
    try {
      const answer = await host.call['lab.budget']({ lab: document, engine: 'auto', data: dataId })
      if (mine === asked) budget.value = answer
    } catch {
      // A run has started meanwhile or no engine is available, which Train will report.
      if (mine === asked) budget.value = null
    }
  }
  // The budget of another lab, or from before a change, is outdated.
  watch(question, () => (budget.value = null))
  watchDebounced(question, () => void ask(), { debounce: settled, immediate: true })
  host.onConnected(() => void ask())

  return { budget }
})

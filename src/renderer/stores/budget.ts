/** What a run of the open lab would take on this computer: asked of the host when the lab has settled and nothing trains. */
import { watchDebounced } from '@vueuse/core'
import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { Budget } from '@core/contract/runs'
import { useHost } from '../api/host'
import { useAnalysis } from './analysis'
import { useLab } from './lab'
import { useRun } from './run'
import { stable } from './stable'

/** Milliseconds without a change. */
const settled = 700

export const useBudget = defineStore('budget', () => {
  const host = useHost()
  const lab = useLab()
  const analysis = useAnalysis()
  const run = useRun()

  const budget = shallowRef<Budget | null>(null)
  let asked = 0

  /** All that a budget depends on; null while there is none: nothing open, a problem, or a run that keeps the machine busy. */
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
      // A run has begun meanwhile, or no engine starts: then playing says so, and there is nothing to tell before.
      if (mine === asked) budget.value = null
    }
  }
  // What was told of another lab, or of this one before a change, is no longer true.
  watch(question, () => (budget.value = null))
  watchDebounced(question, () => void ask(), { debounce: settled, immediate: true })
  host.onConnected(() => void ask())

  return { budget }
})

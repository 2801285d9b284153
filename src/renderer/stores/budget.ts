/** Estimated cost of training the open lab on this computer, requested when edits have settled and no run is active. */
import { watchDebounced } from '@vueuse/core'
import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { Budget } from '@core/contract/runs'
import { toProblem, type ErrorCode, type Problem } from '@core/errors'
import { useHost } from '../api/host'
import { useAnalysis } from './analysis'
import { useLab } from './lab'
import { useRun } from './run'
import { stable } from './stable'

/** Debounce in milliseconds. */
const settled = 700

/** Reasons that lie in the model, which the learner should know. Others pass, or Train reports them. */
const told: ReadonlySet<ErrorCode> = new Set([
  'run.too-large',
  'budget.too-large',
  'budget.over-memory',
  'budget.no-memory',
  'budget.too-slow',
  'budget.one-step',
])

export const useBudget = defineStore('budget', () => {
  const host = useHost()
  const lab = useLab()
  const analysis = useAnalysis()
  const run = useRun()

  const budget = shallowRef<Budget | null>(null)
  /** Why the model of the open lab was not tried, or to no end. */
  const problem = shallowRef<Problem | null>(null)
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
      if (mine === asked) [budget.value, problem.value] = [answer, null]
    } catch (error) {
      const reason = toProblem(error)
      if (mine === asked) [budget.value, problem.value] = [null, told.has(reason.code) ? reason : null]
    }
  }
  // The budget of another lab, or from before a change, is outdated.
  watch(question, () => ([budget.value, problem.value] = [null, null]))
  watchDebounced(question, () => void ask(), { debounce: settled, immediate: true })
  host.onConnected(() => void ask())

  return { budget, problem }
})

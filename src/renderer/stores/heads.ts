/** Scores of the attention heads of the model on screen, computed on request. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { HeadReport } from '@core/contract/heads'
import type { Progress } from '@core/contract/progress'
import { toProblem, type Problem } from '@core/errors'
import { headBlockOf } from '@core/heads/blocks'
import { useHost } from '../api/host'
import { useAnalysis } from './analysis'
import { useRun } from './run'
import { useTime } from './time'

export const useHeads = defineStore('heads', () => {
  const host = useHost()
  const run = useRun()
  const time = useTime()
  const analysis = useAnalysis()

  /** Whether the model on screen, or else the open lab, has attention heads. */
  const exist = computed(() =>
    ((run.model === null ? analysis.expanded?.graph : run.graph)?.nodes ?? []).some((node) => headBlockOf(node) !== undefined),
  )

  const report = shallowRef<HeadReport | null>(null)
  const progress = shallowRef<Progress | null>(null)
  const busy = shallowRef(false)
  const problem = shallowRef<Problem | null>(null)
  let asked = new AbortController()

  /** Scores the weights of the step that is shown. */
  async function measure(): Promise<void> {
    cancel()
    if (time.model === null) return
    const { signal } = (asked = new AbortController())
    busy.value = true
    problem.value = null
    try {
      const onPart = (part: Progress): void => void (progress.value = part)
      report.value = await host.call['models.heads']({ model: time.model }, { signal, onPart })
    } catch (error) {
      if (!signal.aborted) problem.value = toProblem(error)
    } finally {
      if (!signal.aborted) done()
    }
  }
  function done(): void {
    busy.value = false
    progress.value = null
  }
  function cancel(): void {
    asked.abort()
    done()
  }

  // A result is valid only for its model.
  watch(
    () => run.model,
    () => {
      cancel()
      report.value = problem.value = null
    },
    { flush: 'sync' },
  )

  return { exist, report, progress, busy, problem, measure, cancel }
})

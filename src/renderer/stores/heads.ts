/** Scores of the attention heads of the model on screen, computed on request. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { HeadReport } from '@core/contract/heads'
import { headBlockOf } from '@core/heads/blocks'
import { useHost } from '../api/host'
import { useAnalysis } from './analysis'
import { useAsking } from './asking'
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
  const { ask, cancel, ...asking } = useAsking()

  /** Scores the weights of the step that is shown. */
  async function measure(): Promise<void> {
    const { model } = time
    cancel()
    if (model === null) return
    await ask(
      (options) => host.call['models.heads']({ model }, options),
      (found) => (report.value = found),
    )
  }

  // A result is valid only for its model.
  watch(
    () => run.model,
    () => {
      cancel()
      report.value = asking.problem.value = null
    },
    { flush: 'sync' },
  )

  return { exist, report, ...asking, measure, cancel }
})

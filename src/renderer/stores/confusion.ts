/** Which classes the model on screen confuses, with mutes applied: evaluated on demand, and while it is on screen whenever training pauses. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { hasConfusion } from '@core/metrics/confusion'
import { useHost } from '../api/host'
import { useMeasured } from './measured'
import { useMutes } from './mutes'
import { useRun } from './run'
import { useTask } from './task'

export const useConfusion = defineStore('confusion', () => {
  const host = useHost()
  const run = useRun()
  const task = useTask()
  const mutes = useMutes()

  /** Whether a view shows it. */
  const wanted = ref(false)
  /** Whether the task has classes. */
  const exists = computed(() => {
    const spec = run.status ? run.spec : task.spec
    return spec !== null && hasConfusion(spec.signature)
  })
  const { result, outdated, progress, busy, problem, evaluate } = useMeasured(
    wanted,
    (model) => (run.spec !== null && hasConfusion(run.spec.signature) ? { model, mutes: mutes.applied } : null),
    (question, options) => host.call['models.confusion'](question, options),
  )
  return { wanted, exists, result, outdated, progress, busy, problem, evaluate }
})

/** Which classes the model on screen confuses, with mutes applied: evaluated on demand, and while it is on screen whenever training pauses. */
import { watchDebounced } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Confusion } from '@core/contract/look'
import { hasConfusion } from '@core/metrics/confusion'
import { useHost } from '../api/host'
import { useAsking } from './asking'
import { useMutes } from './mutes'
import { useRun } from './run'
import { stable } from './stable'
import { useTask } from './task'
import { useTime } from './time'

/** Debounce in milliseconds. */
const settled = 250

export const useConfusion = defineStore('confusion', () => {
  const host = useHost()
  const run = useRun()
  const task = useTask()
  const mutes = useMutes()
  const time = useTime()

  /** Whether a view shows it. */
  const wanted = ref(false)
  const result = shallowRef<Confusion | null>(null)
  const { ask, cancel, ...asking } = useAsking()

  /** Whether the task has classes. */
  const exists = computed(() => {
    const spec = run.status ? run.spec : task.spec
    return spec !== null && hasConfusion(spec.signature)
  })
  /** Null while the time is being moved: only an exact step is evaluated. */
  const question = stable(() => {
    const { model } = time
    if (model === null || ('nearest' in model && model.nearest)) return null
    return run.spec !== null && hasConfusion(run.spec.signature) ? { model, mutes: mutes.applied } : null
  })
  /** Whether the model has been trained further since. */
  const outdated = computed(
    () => result.value !== null && run.status !== null && result.value.step !== (time.step ?? run.status.step),
  )

  /** Evaluates the current weights. */
  async function evaluate(): Promise<void> {
    const asked = question.value
    cancel()
    if (!asked) return
    await ask(
      (options) => host.call['models.confusion'](asked, options),
      (found) => (result.value = found),
    )
  }

  // A result is valid only for these mutes and this model.
  watch(
    question,
    () => {
      cancel()
      result.value = asking.problem.value = null
    },
    { flush: 'sync' },
  )
  /** The step of the weights while they stay as they are; an evaluation at every step would slow training down. */
  const resting = computed(() => time.step ?? (run.running ? null : (run.status?.step ?? null)))
  watchDebounced(
    [wanted, question, resting],
    () => {
      const isCurrent = result.value !== null && (resting.value === null || result.value.step === resting.value)
      if (wanted.value && question.value && !isCurrent) void evaluate()
    },
    { debounce: settled, immediate: true },
  )

  return { wanted, exists, result, outdated, ...asking, evaluate }
})

/**
 * Something measured of the model on screen while a view shows it: anew whenever the question changes, and when training pauses; never at every
 * step of a training, which it would slow down.
 */
import { watchDebounced } from '@vueuse/core'
import { computed, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { ModelRef } from '@core/contract/look'
import type { Progress } from '@core/contract/progress'
import type { CallOptions } from '@core/contract/table'
import { useAsking } from './asking'
import { useRun } from './run'
import { stable } from './stable'
import { useTime } from './time'

/** Debounce in milliseconds. */
const settled = 250

type Asked = Pick<ModelRef, 'run'> & Partial<ModelRef>

/**
 * `questionOf` is what is asked of a model, with everything that the answer depends on; null where nothing can be asked. Nothing is asked while
 * the time is being moved: only an exact step is measured.
 */
export function useMeasured<Q, R extends { readonly step: number }>(
  wanted: Ref<boolean>,
  questionOf: (model: Asked) => Q | null,
  answerTo: (question: Q, options: CallOptions<Progress>) => Promise<R>,
) {
  const run = useRun()
  const time = useTime()

  const result = shallowRef(null) as ShallowRef<R | null>
  const { ask, cancel, ...asking } = useAsking()

  const question = stable((): Q | null => {
    const { model } = time
    return model === null || ('nearest' in model && model.nearest) ? null : questionOf(model)
  })
  /** Whether the model has been trained further since. */
  const outdated = computed(
    () => result.value !== null && run.status !== null && result.value.step !== (time.step ?? run.status.step),
  )

  /** Measures the current weights. */
  async function evaluate(): Promise<void> {
    const asked = question.value
    cancel()
    if (asked === null) return
    await ask(
      (options) => answerTo(asked, options),
      (found) => (result.value = found),
    )
  }

  // A result is valid only for its question.
  watch(
    question,
    () => {
      cancel()
      result.value = asking.problem.value = null
    },
    { flush: 'sync' },
  )
  /** The step of the weights while they stay as they are. */
  const resting = computed(() => time.step ?? (run.running ? null : (run.status?.step ?? null)))
  watchDebounced(
    [wanted, question, resting],
    () => {
      const isCurrent = result.value !== null && (resting.value === null || result.value.step === resting.value)
      if (wanted.value && question.value !== null && !isCurrent) void evaluate()
    },
    { debounce: settled, immediate: true },
  )

  return { result, outdated, ...asking, evaluate, cancel }
}

/** The logit lens of the model on screen for an input, with its mutes: asked again when the input, the mutes or the step change. */
import { watchDebounced } from '@vueuse/core'
import { computed, onBeforeUnmount, shallowRef, watch } from 'vue'
import type { Lens, LookInput } from '@core/contract/look'
import { useHost } from '../../api/host'
import { useAsking } from '../../stores/asking'
import { useLooks } from '../../stores/looks'
import { useMutes } from '../../stores/mutes'
import { useRun } from '../../stores/run'
import { stable } from '../../stores/stable'
import { useTime } from '../../stores/time'

/** Milliseconds without a change before it is asked, and at most while training goes on. */
const settled = 120
const longest = 600

/** `input` returns null while nothing is wanted. */
export function useLens(input: () => LookInput | null) {
  const host = useHost()
  const run = useRun()
  const time = useTime()
  const mutes = useMutes()
  const looks = useLooks()

  const lens = shallowRef<Lens | null>(null)
  const { problem, busy, ask, cancel } = useAsking()
  const question = stable(() => {
    const wanted = input()
    return time.model !== null && wanted ? { model: time.model, input: wanted, mutes: mutes.applied } : null
  })
  /** The step that other views show. */
  const step = computed(() => looks.live?.look.step ?? null)

  let asked: { readonly question: unknown; readonly step: number | null } | null = null
  async function decode(): Promise<void> {
    const now = question.value
    // A question about the same input is not cancelled because training went on: the answer would never come.
    if (busy.value && asked?.question === now) return
    cancel()
    if (!now) return
    const own = (asked = { question: now, step: step.value })
    await ask(
      (options) => host.call['models.lens'](now, options.signal ? { signal: options.signal } : {}),
      (found) => (lens.value = found),
    )
    if (own === asked && own.step !== step.value && !problem.value) void decode()
  }
  watchDebounced([question, step], () => void decode(), { debounce: settled, maxWait: longest, immediate: true })
  watch(problem, (failed) => failed && (lens.value = null))
  watch(
    () => run.model,
    () => {
      cancel()
      lens.value = problem.value = null
    },
    { flush: 'sync' },
  )
  onBeforeUnmount(cancel)

  return { lens, problem, busy }
}

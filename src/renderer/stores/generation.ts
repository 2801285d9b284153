/** What the model on screen generates: continued from a prompt, or from a source; shown while it comes. */
import { dequal } from 'dequal/lite'
import { defineStore } from 'pinia'
import { computed, reactive, shallowRef, watch } from 'vue'
import { generationRequest, type Generation, type GenerationProgress, type GenerationRequest } from '@core/contract/generation'
import { toProblem, type Problem } from '@core/errors'
import { useHost } from '../api/host'
import { useRun } from './run'
import { useTask } from './task'

/** How the next token is chosen, and how many; the same for every model of its kind until it is changed. */
export type GenerationSettings = Omit<GenerationRequest, 'prompt' | 'source' | 'samples'>

export const useGeneration = defineStore('generation', () => {
  const host = useHost()
  const run = useRun()
  const task = useTask()

  /** Which of the two a person looks at: predictions for validation samples, or this. */
  const view = shallowRef<'samples' | 'generation'>('samples')
  const prompt = shallowRef('')
  const source = shallowRef('')
  const settings = reactive<Record<'prompt' | 'source', GenerationSettings>>({
    prompt: generationRequest.parse({}),
    source: generationRequest.parse({ temperature: 0, beam: 3 }),
  })

  /** Whether the model continues a prompt, or generates from a source; null for one that does neither. */
  const kind = computed(() => {
    const spec = run.status ? run.spec : task.spec
    if (!spec?.signature.causal) return null
    return spec.source ? ('source' as const) : ('prompt' as const)
  })
  const latest = shallowRef<GenerationProgress | null>(null)
  /** The whole, once there is. */
  const done = shallowRef<Generation | null>(null)
  const busy = shallowRef(false)
  const problem = shallowRef<Problem | null>(null)
  let asked = new AbortController()

  function request(): GenerationRequest | null {
    if (!kind.value) return null
    const words = kind.value === 'source' ? { source: source.value } : { prompt: prompt.value }
    return generationRequest.parse({ ...settings[kind.value], ...words })
  }
  /** What the text on screen was asked for with. */
  const answered = shallowRef<GenerationRequest | null>(null)
  /** Whether the same question would give the same text again, so that another one takes another seed. */
  const same = computed(() => done.value !== null && done.value.step === run.status?.step && dequal(answered.value, request()))
  /** The prompt as the model has read it, where that is not what was typed. */
  const readAs = computed(() => {
    const read = kind.value === 'prompt' ? done.value?.prompt : undefined
    return read === answered.value?.prompt ? undefined : read
  })
  const draws = computed(() => kind.value !== null && settings[kind.value].temperature > 0)

  async function generate(): Promise<void> {
    if (!kind.value || !run.status) return
    if (same.value && draws.value) settings[kind.value].seed = (settings[kind.value].seed + 1) % 2 ** 32
    const wanted = request()
    if (!wanted) return
    cancel()
    const { signal } = (asked = new AbortController())
    busy.value = true
    problem.value = done.value = null
    try {
      const onPart = (part: GenerationProgress): void => void (latest.value = part)
      const call = host.call['models.generate']
      latest.value = done.value = await call({ model: { run: run.status.run }, request: wanted }, { signal, onPart })
      answered.value = wanted
    } catch (error) {
      if (!signal.aborted) problem.value = toProblem(error)
    } finally {
      if (!signal.aborted) busy.value = false
    }
  }
  /** What has been generated so far stays. */
  function cancel(): void {
    asked.abort()
    busy.value = false
  }

  // Another run's model has generated nothing yet.
  watch(
    () => run.status?.run,
    () => {
      cancel()
      latest.value = done.value = problem.value = null
    },
  )

  return { view, prompt, source, settings, kind, latest, done, busy, problem, same, readAs, draws, generate, cancel }
})

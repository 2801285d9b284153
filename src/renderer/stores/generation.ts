/** Text generation with the model on screen, from a prompt or a source; results are streamed. */
import { dequal } from 'dequal/lite'
import { defineStore } from 'pinia'
import { computed, reactive, shallowRef, watch } from 'vue'
import { generationRequest, type Generation, type GenerationProgress, type GenerationRequest } from '@core/contract/generation'
import { toProblem, type Problem } from '@core/errors'
import { useHost } from '../api/host'
import { useMutes } from './mutes'
import { useRun } from './run'
import { useTask } from './task'
import { useTime } from './time'

/** Sampling settings, kept per kind of model. */
export type GenerationSettings = Omit<GenerationRequest, 'prompt' | 'source' | 'samples' | 'mutes'>

export const useGeneration = defineStore('generation', () => {
  const host = useHost()
  const run = useRun()
  const task = useTask()
  const time = useTime()
  const mutes = useMutes()

  /** Which view is shown: predictions for validation samples, their probabilities, confused classes, text generation, or heads. */
  const view = shallowRef<'samples' | 'probabilities' | 'confusion' | 'generation' | 'heads'>('samples')
  const prompt = shallowRef('')
  const source = shallowRef('')
  const settings = reactive<Record<'prompt' | 'source', GenerationSettings>>({
    prompt: generationRequest.parse({}),
    source: generationRequest.parse({ temperature: 0, beam: 3 }),
  })

  /** Whether the model continues a prompt or generates from a source; null if it cannot generate. */
  const kind = computed(() => {
    const spec = run.status ? run.spec : task.spec
    if (!spec?.signature.causal) return null
    return spec.source ? ('source' as const) : ('prompt' as const)
  })
  const latest = shallowRef<GenerationProgress | null>(null)
  /** The complete result, once available. */
  const done = shallowRef<Generation | null>(null)
  const busy = shallowRef(false)
  const problem = shallowRef<Problem | null>(null)
  let asked = new AbortController()

  function request(): GenerationRequest | null {
    if (!kind.value) return null
    const words = kind.value === 'source' ? { source: source.value } : { prompt: prompt.value }
    return generationRequest.parse({ ...settings[kind.value], ...words, mutes: mutes.applied })
  }
  /** The request of the text on screen. */
  const answered = shallowRef<GenerationRequest | null>(null)
  /** Whether the same request would give the same text, so that a new seed is needed. */
  const same = computed(
    () => done.value !== null && done.value.step === (time.step ?? run.status?.step) && dequal(answered.value, request()),
  )
  /** The prompt as the model tokenised it, if it differs from the input. */
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
      const model = time.step === null ? { run: run.status.run } : { run: run.status.run, step: time.step }
      latest.value = done.value = await call({ model, request: wanted }, { signal, onPart })
      answered.value = wanted
    } catch (error) {
      if (!signal.aborted) problem.value = toProblem(error)
    } finally {
      if (!signal.aborted) busy.value = false
    }
  }
  /** Keeps what has been generated so far. */
  function cancel(): void {
    asked.abort()
    busy.value = false
  }

  // Results belong to one run's model.
  watch(
    () => run.status?.run,
    () => {
      cancel()
      latest.value = done.value = problem.value = null
    },
  )

  return { view, prompt, source, settings, kind, latest, done, busy, problem, same, readAs, draws, generate, cancel }
})

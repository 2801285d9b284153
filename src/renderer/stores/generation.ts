/** What the model on screen writes: on from a prompt, or from a source; asked of the host, and shown while it comes. */
import { defineStore } from 'pinia'
import { computed, reactive, shallowRef, watch } from 'vue'
import { writingRequest, type Writing, type WritingProgress, type WritingRequest } from '@core/contract/writing'
import { toProblem, type Problem } from '@core/errors'
import { useHost } from '../api/host'
import { useRun } from './run'
import { useTask } from './task'

/** How the next token is chosen, and how many; the same for every model of its kind until it is changed. */
export type WritingSettings = Omit<WritingRequest, 'prompt' | 'source' | 'samples'>

export const useWriting = defineStore('writing', () => {
  const host = useHost()
  const task = useTask()
  const run = useRun()

  /** Which of the two a person looks at: predictions for unseen samples, or this. */
  const shown = shallowRef<'samples' | 'writing'>('samples')
  const prompt = shallowRef('')
  const source = shallowRef('')
  const settings = reactive<Record<'on' | 'source', WritingSettings>>({
    on: writingRequest.parse({}),
    source: writingRequest.parse({ temperature: 0, beam: 3 }),
  })

  /** Whether the model writes on, or from a source; null for one that does not write. */
  const kind = computed(() => {
    const spec = run.status ? run.spec : task.spec
    if (!spec?.signature.causal) return null
    return spec.source ? ('source' as const) : ('on' as const)
  })
  const latest = shallowRef<WritingProgress | null>(null)
  /** The whole, once there is. */
  const done = shallowRef<Writing | null>(null)
  const busy = shallowRef(false)
  const problem = shallowRef<Problem | null>(null)
  let asked = 0

  function request(): WritingRequest | null {
    if (!kind.value) return null
    const words = kind.value === 'source' ? { source: source.value } : { prompt: prompt.value }
    return writingRequest.parse({ ...settings[kind.value], ...words })
  }
  /** What the text on screen was asked for with. */
  const answered = shallowRef('')
  /** Whether the same question would give the same text again, so that another one takes another seed. */
  const same = computed(
    () => done.value !== null && done.value.step === run.status?.step && answered.value === JSON.stringify(request()),
  )
  const draws = computed(() => kind.value !== null && settings[kind.value].temperature > 0)

  host.on('run.written', ({ run: id, ...progress }) => {
    if (busy.value && id === run.status?.run) latest.value = progress
  })

  async function write(): Promise<void> {
    if (!kind.value || !run.status) return
    if (same.value && draws.value) settings[kind.value].seed = (settings[kind.value].seed + 1) % 2 ** 32
    const wanted = request()
    if (!wanted) return
    const mine = ++asked
    busy.value = true
    problem.value = done.value = null
    try {
      const written = await host.call['runs.write']({ run: run.status.run, request: wanted })
      if (mine !== asked || !written) return
      latest.value = done.value = written
      answered.value = JSON.stringify(wanted)
    } catch (error) {
      if (mine === asked) problem.value = toProblem(error)
    } finally {
      if (mine === asked) busy.value = false
    }
  }
  /** What has been written so far stays. */
  async function hush(): Promise<void> {
    await host.call['runs.hush']({})
  }

  // Another run's model has written nothing yet.
  watch(
    () => run.status?.run,
    () => {
      if (busy.value) hush().catch(() => undefined) // a host that is gone writes no more
      asked++
      busy.value = false
      latest.value = done.value = problem.value = null
    },
  )

  return { shown, prompt, source, settings, kind, latest, done, busy, problem, same, draws, write, hush }
})

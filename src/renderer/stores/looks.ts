/**
 * Looks at the model of the run on screen, in any state: the values that visible views want, for a validation sample or custom input, with
 * mutes applied. One subscription, restarted when any of it changes; the last look stays until the next arrives.
 */
import { dequal } from 'dequal/lite'
import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowRef, watch } from 'vue'
import { useDocumentVisibility } from '@vueuse/core'
import type { Look, LookInput, LookRequest, LookValue, Seen, Tensor } from '@core/contract/look'
import type { Problem } from '@core/errors'
import type { TaskSpec } from '@core/tasks/types'
import { useHost } from '../api/host'
import { useLab } from './lab'
import { useMutes } from './mutes'
import { createPace } from './pace'
import { useRun, type Experiment } from './run'
import { stable } from './stable'
import { useTime } from './time'

/** What a view needs: values of the chosen input, or predictions for the first `samples` validation samples. */
export interface Want {
  readonly values?: readonly LookValue[]
  readonly samples?: number
}
export type OwnInput = Extract<LookInput, { text: string }>

/** A look with its request. */
export interface Shown {
  readonly run: string
  readonly experiment: Experiment
  readonly spec: TaskSpec
  readonly request: LookRequest
  readonly look: Look
}
interface Question {
  readonly model: { readonly run: string; readonly step?: number; readonly nearest?: boolean }
  readonly request: LookRequest
}

/** Milliseconds between looks during training, and debounce of the subscription. */
const every = 100
const pause = 30

export const useLooks = defineStore('looks', () => {
  const host = useHost()
  const lab = useLab()
  const run = useRun()
  const mutes = useMutes()
  const time = useTime()
  const visibility = useDocumentVisibility()

  /** The validation sample chosen last. */
  const sample = shallowRef(0)
  /** Custom input, if chosen in place of a sample. */
  const own = shallowRef<OwnInput | null>(null)
  /** Why the custom input is invalid; the sample is shown instead. */
  const ownProblem = shallowRef<Problem | null>(null)
  /** Why there is no look. */
  const problem = shallowRef<Problem | null>(null)
  /** Why single values are refused, by name. */
  const refused = shallowReactive(new Map<string, Problem>())
  const shown = shallowRef<Shown | null>(null)

  const wants = shallowReactive(new Map<string, Want>())
  /** Registers a view's needs under its key; null removes them. Different slices of one value are merged into the whole value. */
  function want(key: string, wanted: Want | null): void {
    if (dequal(wants.get(key) ?? null, wanted)) return
    if (wanted) wants.set(key, wanted)
    else wants.delete(key)
    for (const { name } of wanted?.values ?? []) refused.delete(name)
  }

  const chosen = computed((): LookInput => (own.value && !ownProblem.value ? own.value : { sample: sample.value }))
  const question = stable((): Question | null => {
    const { spec } = run
    const { model } = time
    const wanted = [...wants.values()]
    if (model === null || !spec || wanted.length === 0 || visibility.value === 'hidden') return null
    const samples = Math.min(spec.validation, Math.max(0, ...wanted.map(({ samples = 0 }) => samples)))
    const listed = Array.from({ length: samples }, (_, index): LookInput => ({ sample: index }))
    const known = listed.findIndex((input) => dequal(input, chosen.value))
    return {
      model,
      request: {
        inputs: known < 0 ? [...listed, chosen.value] : listed,
        focus: known < 0 ? listed.length : known,
        mutes: mutes.applied,
        values: merged(wanted.flatMap(({ values = [] }) => values)).filter(({ name }) => !refused.has(name)),
      },
    }
  })

  let latest: Shown | null = null
  const pace = createPace(() => (shown.value = latest), navigator.hardwareConcurrency)
  let stop = (): void => undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  function subscribe(): void {
    timer = undefined
    stop()
    const asked = question.value
    const { experiment, spec } = run
    if (!asked || !experiment || !spec) return
    const { model, request } = asked
    const { run: id } = model
    pace.hurry()
    stop = host.stream(
      'models.look',
      { model, look: request, every },
      {
        onPart(look) {
          problem.value = null
          latest = { run: id, experiment, spec, request, look }
          pace.request()
        },
        onFailure: (failure) => fail(failure, request),
      },
    )
  }
  function fail(failure: Problem, { values }: LookRequest): void {
    const { code, params } = failure
    const culprit = aboutValues.has(code) && values.find(({ name }) => name === params['name'])
    if (culprit) refused.set(culprit.name, failure)
    else if (chosen.value === own.value && isAboutInput(failure)) ownProblem.value = failure
    else problem.value = failure
  }
  /** Requests the model again, e.g. after it was closed to free memory. */
  function retry(): void {
    timer ??= setTimeout(subscribe, pause)
  }
  watch(question, retry)
  // A new state may resolve the problem.
  watch([() => run.status?.run, () => run.status?.state], ([id], [before]) => {
    if (id !== before) problem.value = null
    else if (problem.value) retry()
  })
  watch(
    () => lab.opened,
    () => {
      stop() // what is on its way is about the lab that was left
      retry()
      latest = shown.value = null
      problem.value = own.value = ownProblem.value = null
      sample.value = 0
      refused.clear()
    },
    { flush: 'sync' },
  )

  function chooseSample(index: number): void {
    sample.value = index
    own.value = ownProblem.value = null
  }
  function chooseOwn(input: OwnInput): void {
    if (dequal(input, own.value)) return
    own.value = input
    ownProblem.value = null
  }

  /** The look on screen, while the lab still has the task whose tokens and classes it refers to. */
  const live = computed(() => {
    const { document, data } = shown.value?.experiment ?? {}
    return document && data === lab.dataId && dequal(document.task, lab.document?.task) ? shown.value : null
  })
  /** The chosen input with its predictions. */
  const seen = computed((): Seen | null => live.value?.look.seen[live.value.request.focus] ?? null)
  /** The chosen input. */
  const input = computed((): LookInput | null => shown.value?.request.inputs[shown.value.request.focus] ?? null)
  /** All inputs with predictions: the listed validation samples, and the chosen input if it is not among them. */
  const inputs = computed(() => {
    const { request, look } = shown.value ?? { request: { inputs: [] }, look: { seen: [] } }
    return request.inputs.flatMap((each, index) => {
      const found = look.seen[index]
      return found ? [{ input: each, seen: found }] : []
    })
  })
  const value = (name: string): Tensor | null => live.value?.look.values[name] ?? null

  return {
    ...{ sample, own, ownProblem, chosen, problem, refused, shown, live, seen, input, inputs },
    ...{ want, chooseSample, chooseOwn, retry, value },
  }
})

/** One request per name; the whole value if different slices are wanted. */
function merged(values: readonly LookValue[]): LookValue[] {
  const byName = new Map<string, LookValue>()
  for (const each of values) {
    const known = byName.get(each.name)
    byName.set(each.name, !known || dequal(known.slice, each.slice) ? each : { name: each.name })
  }
  return [...byName.values()]
}

/** Problems of a single value, which do not affect the others. */
const aboutValues: ReadonlySet<string> = new Set(['look.too-large', 'look.no-axis', 'look.no-place'])
const isAboutInput = ({ code }: Problem): boolean => code.startsWith('look.') || code.startsWith('generate.')

/**
 * What is seen of the model of the run on screen, whatever state that is in: for a validation sample or for one's own input, the values
 * that visible views want, with what is muted. One subscription, begun anew when any of it changes. The last look stays until another
 * is there.
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

/** What a view needs: values of the chosen input, or so many of the first validation samples with what is predicted for them. */
export interface Want {
  readonly values?: readonly LookValue[]
  readonly samples?: number
}
export type OwnInput = Extract<LookInput, { text: string }>

/** A look, with what it was asked for. */
export interface Shown {
  readonly run: string
  readonly experiment: Experiment
  readonly spec: TaskSpec
  readonly request: LookRequest
  readonly look: Look
}
interface Question {
  readonly run: string
  readonly request: LookRequest
}

/** Milliseconds between two looks while training goes on, and between two beginnings of the subscription. */
const every = 100
const pause = 30

export const useLooks = defineStore('looks', () => {
  const host = useHost()
  const lab = useLab()
  const run = useRun()
  const mutes = useMutes()
  const visibility = useDocumentVisibility()

  /** The validation sample that was chosen last. */
  const sample = shallowRef(0)
  /** One's own input, while that is looked at instead. */
  const own = shallowRef<OwnInput | null>(null)
  /** Why one's own input cannot be read; the sample is then looked at. */
  const ownProblem = shallowRef<Problem | null>(null)
  /** Why nothing can be seen. */
  const problem = shallowRef<Problem | null>(null)
  /** Why single values cannot be told, by name. */
  const refused = shallowReactive(new Map<string, Problem>())
  const shown = shallowRef<Shown | null>(null)

  const wants = shallowReactive(new Map<string, Want>())
  /** Each view under its own key; null when it is gone. A value that two views want in different slices is told as a whole. */
  function want(key: string, wanted: Want | null): void {
    if (dequal(wants.get(key) ?? null, wanted)) return
    if (wanted) wants.set(key, wanted)
    else wants.delete(key)
    for (const { name } of wanted?.values ?? []) refused.delete(name)
  }

  const chosen = computed((): LookInput => (own.value && !ownProblem.value ? own.value : { sample: sample.value }))
  const question = stable((): Question | null => {
    const { model, spec } = run
    const wanted = [...wants.values()]
    if (model === null || !spec || wanted.length === 0 || visibility.value === 'hidden') return null
    const samples = Math.min(spec.validation, Math.max(0, ...wanted.map(({ samples = 0 }) => samples)))
    const listed = Array.from({ length: samples }, (_, index): LookInput => ({ sample: index }))
    const known = listed.findIndex((input) => dequal(input, chosen.value))
    return {
      run: model,
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
    const { run: id, request } = asked
    pace.hurry()
    stop = host.stream(
      'models.look',
      { model: { run: id }, look: request, every },
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
  /** Opens the model again, e.g. after it had to make room for another. */
  function retry(): void {
    timer ??= setTimeout(subscribe, pause)
  }
  watch(question, retry)
  // What could not be seen a moment ago may be there now.
  watch([() => run.status?.run, () => run.status?.state], ([id], [before]) => {
    if (id !== before) problem.value = null
    else if (problem.value) retry()
  })
  watch(
    () => lab.opened,
    () => {
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

  /** What is shown, as long as the lab still has the task whose tokens and classes it speaks of. */
  const live = computed(() => {
    const { document, data } = shown.value?.experiment ?? {}
    return document && data === lab.dataId && dequal(document.task, lab.document?.task) ? shown.value : null
  })
  /** The chosen input with what the model makes of it. */
  const seen = computed((): Seen | null => live.value?.look.seen[live.value.request.focus] ?? null)
  /** Which input that is. */
  const input = computed((): LookInput | null => shown.value?.request.inputs[shown.value.request.focus] ?? null)
  /** All inputs with what the model makes of them: the first validation samples, and the chosen one if it is none of these. */
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

/** Each name once; the whole value where it is wanted in different slices. */
function merged(values: readonly LookValue[]): LookValue[] {
  const byName = new Map<string, LookValue>()
  for (const each of values) {
    const known = byName.get(each.name)
    byName.set(each.name, !known || dequal(known.slice, each.slice) ? each : { name: each.name })
  }
  return [...byName.values()]
}

/** Of one value alone: the others can still be told. */
const aboutValues: ReadonlySet<string> = new Set(['look.too-large', 'look.no-axis', 'look.no-place'])
const isAboutInput = ({ code }: Problem): boolean => code.startsWith('look.') || code.startsWith('generate.')

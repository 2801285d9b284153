/** Looks at the model of any run, as long as there is a question: repeatedly while it trains, once otherwise. */
import { onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { Look, LookRequest } from '@core/contract/look'
import type { Problem } from '@core/errors'
import { useHost } from '../../api/host'
import { stable } from '../../stores/stable'

export interface LookQuestion {
  readonly run: string
  /** Null for now. */
  readonly step: number | null
  readonly look: Pick<LookRequest, 'inputs' | 'values'>
}

/** A look with its question. */
export interface Answered {
  readonly question: LookQuestion
  readonly look: Look
}

/** Milliseconds between looks during training, and from a change of the question to its request. */
const every = 200
const pause = 30

export interface RunLook {
  /** The last one; kept while the question changes, except to another run. */
  readonly answered: Readonly<Ref<Answered | null>>
  readonly problem: ShallowRef<Problem | null>
  /** Asks again, e.g. after the model was closed to free memory. */
  readonly retry: () => void
}

export function useRunLook(get: () => LookQuestion | null): RunLook {
  const host = useHost()
  const question = stable(get)
  const answered = shallowRef<Answered | null>(null)
  const problem = shallowRef<Problem | null>(null)
  let stop = (): void => undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  function ask(): void {
    stop()
    problem.value = null
    const asked = question.value
    if (!asked) return
    const { run, step, look } = asked
    stop = host.stream(
      'models.look',
      { model: { run, step: step ?? 'now' }, look: { ...look, inputs: [...look.inputs], values: [...look.values] }, every },
      {
        onPart: (part) => (answered.value = { question: asked, look: part }),
        onFailure: (failure) => (problem.value = failure),
      },
    )
  }
  watch(
    question,
    (now, before) => {
      if (now?.run !== before?.run) answered.value = null
      clearTimeout(timer)
      timer = setTimeout(ask, pause)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    stop()
  })
  return { answered, problem, retry: ask }
}

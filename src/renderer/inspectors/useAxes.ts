/**
 * The axes on which vectors of a model are shown: those of the newest step, whichever step is shown, so that what moves on the map are the vectors
 * and not the axes. Aligning each step’s own axes by a rotation (Procrustes) would turn the map a little at every step, and coordinates of two steps
 * would mean different things.
 */
import { computed, onBeforeUnmount, shallowRef, watch } from 'vue'
import { trains } from '@core/contract/run-state'
import type { Tensor } from '@core/contract/look'
import { principalAxes, type PrincipalAxes } from '@core/embeddings/principal-axes'
import { useHost } from '../api/host'
import { useLooks } from '../stores/looks'
import { useRun } from '../stores/run'
import { useTime } from '../stores/time'

export interface KnownAxes {
  readonly run: string
  readonly step: number
  /** Null if the vectors of that step have none. */
  readonly axes: PrincipalAxes | null
  /** Whether they are of the newest step at that time, and not only of the one that was shown first. */
  readonly isNewest: boolean
}

/** `value` is the full name of the vectors, (vectors, features). */
export function useAxes(value: () => string) {
  const host = useHost()
  const looks = useLooks()
  const run = useRun()
  const time = useTime()

  const known = shallowRef<KnownAxes | null>(null)
  let forget = (): void => undefined
  let asked: string | null = null

  function take(id: string, step: number, { shape, data }: Tensor, isNewest: boolean): void {
    const [rows = 0, columns = 0] = shape
    known.value = { run: id, step, axes: principalAxes({ rows, columns, data }), isNewest }
  }

  /** Once per model: the newest vectors, while a step of the past is shown. */
  function askForNewest(id: string, name: string): void {
    if (asked === `${id} ${name}`) return
    asked = `${id} ${name}`
    forget()
    forget = host.stream(
      'models.look',
      { model: { run: id }, look: { inputs: [{ sample: 0 }], values: [{ name }] } },
      {
        onPart: (look) => {
          const tensor = look.values[name]
          if (tensor) take(id, look.step, tensor, true)
        },
        onFailure: () => undefined, // the axes stay those of the step that is shown
      },
    )
  }

  watch(
    [() => looks.live, value],
    ([live, name], [, before]) => {
      if (name !== before) known.value = null
      const tensor = live?.look.values[name]
      if (!live || !tensor || !run.status || live.run !== run.status.run) return
      const { step } = live.look
      const isNow = time.step === null && (trains(run.status) || step === run.status.step)
      const last = known.value?.run === live.run ? known.value : null
      if (!last) take(live.run, step, tensor, isNow)
      // While it trains, they are renewed a few times only: whenever training has become twice as long.
      else if (isNow && step !== last.step && (!last.isNewest || !trains(run.status) || step >= 2 * last.step))
        take(live.run, step, tensor, true)
      if (!isNow && !known.value?.isNewest) askForNewest(live.run, name)
    },
    { immediate: true },
  )
  onBeforeUnmount(() => forget())

  return computed(() => known.value)
}

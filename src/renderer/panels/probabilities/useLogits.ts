/** Logits of the model on screen for the chosen input: one row per prediction. */
import { computed } from 'vue'
import { blockByKind } from '@core/blocks'
import { matrixOf, type Matrix } from '../../charts/matrix'
import { useWanted } from '../../inspectors/useNode'
import { useLooks } from '../../stores/looks'
import { useRun } from '../../stores/run'
import { useTask } from '../../stores/task'

/** Why a task has no distribution over classes. */
export type Absence = 'number' | 'labels'

export function useLogits() {
  const looks = useLooks()
  const run = useRun()
  const task = useTask()

  const spec = computed(() => looks.live?.spec ?? run.spec ?? task.spec)
  const absence = computed((): Absence | null => {
    const aim = spec.value?.signature.aim
    return aim === 'number' || aim === 'labels' ? aim : null
  })
  /** The output block as trained. */
  const output = computed(() => run.graph?.nodes.find(({ kind }) => blockByKind(kind)?.family === 'output')?.id ?? null)
  const name = computed(() => (output.value === null || absence.value ? null : `${output.value}/logits`))
  useWanted(() => [name.value])

  const logits = computed((): Matrix | null => {
    const tensor = name.value === null ? null : looks.value(name.value)
    return tensor && looks.seen && matrixOf(tensor, {}, looks.seen.tokens.length)
  })
  /** Why the host refused them, e.g. as there are too many. */
  const refusal = computed(() => (name.value === null ? null : (looks.refused.get(name.value) ?? null)))
  return { spec, absence, output, logits, refusal }
}

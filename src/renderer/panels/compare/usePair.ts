/** The two runs that are compared in detail: the first two, unless others are chosen. One choice for all parts of the page. */
import { computed, type ComputedRef } from 'vue'
import type { LabDocument } from '@core/lab/document'
import { useCompare } from '../../stores/compare'
import type { Compared } from './useCompared'

export interface ComparedLab extends Compared {
  readonly lab: LabDocument
  /** Its place among all, which decides its look. */
  readonly index: number
}

export function usePair(compared: () => readonly Compared[]): {
  readonly read: ComputedRef<readonly ComparedLab[]>
  readonly before: ComputedRef<ComparedLab | undefined>
  readonly after: ComputedRef<ComparedLab | undefined>
} {
  const compare = useCompare()
  /** Those whose labs have arrived. */
  const read = computed(() => compared().flatMap((each, index) => (each.lab ? [{ ...each, index, lab: each.lab }] : [])))
  const before = computed(() => read.value.find(({ run }) => run === compare.from) ?? read.value[0])
  const after = computed(
    () =>
      read.value.find(({ run }) => run === compare.to && run !== before.value?.run) ??
      read.value.find(({ run }) => run !== before.value?.run),
  )
  return { read, before, after }
}

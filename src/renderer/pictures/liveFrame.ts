/** The last frame of the run, as long as its tokens and classes are those of the task that is open. */
import { dequal } from 'dequal/lite'
import { computed, type ComputedRef } from 'vue'
import type { ViewFrame } from '@core/contract/lab'
import { useLab } from '../stores/lab'
import { useRun } from '../stores/run'

/** Null before a run, and once the task or its text has been changed: the run's ids would then be read with the wrong vocabulary. */
export function useLiveFrame(): ComputedRef<ViewFrame | null> {
  const lab = useLab()
  const run = useRun()
  const sameTask = computed(() => run.runData === lab.dataId && dequal(run.runDocument?.task, lab.document?.task))
  return computed(() => (sameTask.value ? run.frame : null))
}

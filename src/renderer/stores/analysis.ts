/** What is known of the lab's graph: shapes, cost and problems, found anew when the graph, the task or the batch size change. */
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import { analyse } from '@core/graph/analyse'
import { expandGroups } from '@core/graph/expansion'
import { problemsIn } from '@core/graph/scope'
import type { LabDocument } from '@core/lab/document'
import { sameStructure } from '@core/lab/same'
import { useLab } from './lab'
import { useScope } from './scope'

import { useTask } from './task'

export const useAnalysis = defineStore('analysis', () => {
  const lab = useLab()
  const scope = useScope()
  const task = useTask()

  /** The document, but the same object while only positions, title and the like change. */
  const structure = computed<LabDocument | null>((before) =>
    before && lab.document && sameStructure(before, lab.document) ? before : lab.document,
  )
  /** Null until the task is known. */
  const result = computed(() => (structure.value && task.spec ? analyse(structure.value, task.spec.signature) : null))
  /** The problems of what is seen. */
  const problems = computed(() => (result.value ? problemsIn(scope.path, result.value.problems) : []))
  /** The lab with every group replaced by its blocks, under the names that the analysis gives them. */
  const expanded = computed<LabDocument | null>(
    () => structure.value && { ...structure.value, graph: expandGroups(structure.value.graph).graph },
  )

  // With a problem, blocks behind it are not known, and so neither are their gates.
  watch(result, (known) => {
    if (known?.problems.length !== 0) return
    lab.keepMutesOf(new Map(Object.values(known.nodes).flatMap(({ gates }) => gates.map(({ name, size }) => [name, size]))))
  })

  return { structure, result, problems, expanded }
})

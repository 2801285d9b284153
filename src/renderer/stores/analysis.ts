/** Analysis of the lab's graph: shapes, cost and problems. Recomputed when graph, task or batch size change. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { dequal } from 'dequal/lite'
import type { Analysis } from '@core/graph/analysis'
import { expandGroups } from '@core/graph/expansion'
import { problemsIn } from '@core/graph/scope'
import type { LabDocument } from '@core/lab/document'
import { sameStructure } from '@core/lab/same'
import { useAnalyser } from '../analysis/analyser'
import { useLab } from './lab'
import { useNotices } from './notices'
import { useScope } from './scope'
import { useTask } from './task'

export const useAnalysis = defineStore('analysis', () => {
  const analyser = useAnalyser()
  const notices = useNotices()
  const lab = useLab()
  const scope = useScope()
  const task = useTask()

  /** The document; the same object while only positions, titles etc. change. */
  const structure = computed<LabDocument | null>((before) =>
    before && lab.document && sameStructure(before, lab.document) ? before : lab.document,
  )

  const question = computed(() =>
    structure.value && task.spec ? { lab: lab.opened, document: structure.value, signature: task.spec.signature } : null,
  )
  const answered = shallowRef<typeof question.value>(null)
  /** The last result, which is that of the current lab unless `pending`. Null until the task is known. */
  const result = shallowRef<Analysis | null>(null)
  const pending = computed(() => question.value !== answered.value)

  // One request at a time. Changes during a request are combined into the next one.
  let work: Promise<void> | null = null
  async function answer(): Promise<void> {
    while (question.value && pending.value) {
      const asked = question.value
      try {
        const found = await analyser(asked.document, asked.signature)
        if (asked.lab === lab.opened) result.value = keepEqual(result.value, found)
      } catch (error) {
        notices.fail(error)
      }
      answered.value = asked
    }
    work = null
  }
  watch(
    question,
    (asked) => {
      if (asked) work ??= answer()
      else result.value = null
    },
    { flush: 'sync', immediate: true },
  )
  /** Resolves when task and analysis match the current lab. */
  async function settle(): Promise<void> {
    await task.settle()
    await work
  }
  /** Problems in the current scope. */
  const problems = computed(() => (result.value ? problemsIn(scope.path, result.value.problems) : []))
  const warnings = computed(() => (result.value ? problemsIn(scope.path, result.value.warnings) : []))
  /** The lab with groups expanded into their blocks, named as in the analysis. */
  const expanded = computed<LabDocument | null>(
    () => structure.value && { ...structure.value, graph: expandGroups(structure.value.graph).graph },
  )

  // With a problem, the blocks after it and their gates are unknown, so keep all mutes.
  watch(result, (found) => {
    if (pending.value || found?.problems.length !== 0) return
    lab.keepMutesOf(new Map(Object.values(found.nodes).flatMap(({ gates }) => gates.map(({ name, size }) => [name, size]))))
  })

  return { structure, result, pending, settle, problems, warnings, expanded }
})

/** Reuses the previous objects of unchanged nodes, so that their components do not re-render. */
function keepEqual(before: Analysis | null, now: Analysis): Analysis {
  if (!before) return now
  const nodes = Object.entries(now.nodes).map(([id, node]) => {
    const known = before.nodes[id]
    return [id, known && dequal(known, node) ? known : node] as const
  })
  return { ...now, nodes: Object.fromEntries(nodes) }
}

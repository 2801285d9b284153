/**
 * Which problems the list on the canvas shows. Missing parts of a block or lab that was never complete are shown only after an attempt to
 * train or a check.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Diagnostic } from '@core/graph/analysis'
import { problemsIn } from '@core/graph/scope'
import { useAnalysis } from './analysis'
import { useLab } from './lab'
import { useScope } from './scope'

/** Codes of missing parts, as opposed to errors. */
const unfinished: ReadonlySet<string> = new Set([
  ...['graph.missing-input', 'graph.no-source', 'graph.no-output', 'graph.no-path'],
])
export const isUnfinished = ({ code }: Pick<Diagnostic, 'code'>): boolean => unfinished.has(code)

/** Key of the whole lab among the block ids. */
const wholeLab = ''

export const useProblems = defineStore('problems', () => {
  const lab = useLab()
  const scope = useScope()
  const analysis = useAnalysis()

  const all = computed(() => [...(analysis.result?.problems ?? []), ...(analysis.result?.warnings ?? [])])
  /** Full names of blocks that have been complete at some time. */
  const complete = shallowRef<ReadonlySet<string>>(new Set())
  /** Training or a check was attempted, and there have been problems ever since. */
  const checked = ref(false)
  const isReported = (problem: Diagnostic): boolean =>
    checked.value || !isUnfinished(problem) || complete.value.has(problem.node ?? wholeLab)

  const here = (problems: readonly Diagnostic[]): readonly Diagnostic[] => problemsIn(scope.path, problems)
  /** Shown problems in the current scope. */
  const reported = computed(() => here(all.value.filter(isReported)))
  const unreported = computed(() => here(all.value.filter((problem) => !isReported(problem))))
  /** Number of problems that prevent training, in the whole lab. */
  const count = computed(() => (checked.value ? (analysis.result?.problems.length ?? 0) : 0))
  /** Whether the list is expanded. */
  const isOpen = ref(false)

  watch(
    () => lab.opened,
    () => {
      complete.value = new Set()
      checked.value = isOpen.value = false
    },
    { flush: 'sync' },
  )
  watch(
    () => analysis.result,
    (result) => {
      if (!result || analysis.pending) return
      const wrong = new Set(result.problems.map(({ node }) => node ?? wholeLab))
      const nodes = analysis.expanded?.graph.nodes ?? []
      const whole = result.problems.length === 0
      const finished = [...(whole ? [wholeLab] : []), ...nodes.map(({ id }) => id)].filter((id) => !wrong.has(id))
      complete.value = new Set([...complete.value, ...finished])
      if (whole) checked.value = false
    },
  )

  /** Shows all problems from now on. Returns whether any prevent training. */
  async function check(): Promise<boolean> {
    await analysis.settle()
    if ((analysis.result?.problems.length ?? 0) === 0) return false
    checked.value = isOpen.value = true
    if (reported.value.length === 0) scope.leave(0)
    return true
  }

  return { reported, unreported, count, isOpen, check }
})

/**
 * Which problems of the lab are told, in the one list on the canvas. What is only unfinished is not, until training was tried or a check
 * asked for: a block that was never complete, and a lab that never was.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Diagnostic } from '@core/graph/analysis'
import { problemsIn } from '@core/graph/scope'
import { useAnalysis } from './analysis'
import { useLab } from './lab'
import { useScope } from './scope'

/** Something is missing yet, rather than wrong. */
const unfinished: ReadonlySet<string> = new Set([
  ...['graph.missing-input', 'graph.no-source', 'graph.no-output', 'graph.no-path'],
])
export const isUnfinished = ({ code }: Pick<Diagnostic, 'code'>): boolean => unfinished.has(code)

/** Stands for the whole lab among the blocks. */
const wholeLab = ''

export const useProblems = defineStore('problems', () => {
  const lab = useLab()
  const scope = useScope()
  const analysis = useAnalysis()

  const all = computed(() => [...(analysis.result?.problems ?? []), ...(analysis.result?.warnings ?? [])])
  /** Blocks that have been complete, by their full names. */
  const complete = shallowRef<ReadonlySet<string>>(new Set())
  /** Training was tried, or a check asked for, and there are problems since. */
  const checked = ref(false)
  const isTold = (problem: Diagnostic): boolean =>
    checked.value || !isUnfinished(problem) || complete.value.has(problem.node ?? wholeLab)

  const here = (problems: readonly Diagnostic[]): readonly Diagnostic[] => problemsIn(scope.path, problems)
  /** Of what is seen on the canvas. */
  const told = computed(() => here(all.value.filter(isTold)))
  const untold = computed(() => here(all.value.filter((problem) => !isTold(problem))))
  /** How many prevent training, anywhere in the lab. */
  const count = computed(() => (checked.value ? (analysis.result?.problems.length ?? 0) : 0))
  /** Whether all of the list is shown. */
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

  /** Tells all problems from now on; whether there are any that prevent training. */
  async function check(): Promise<boolean> {
    await analysis.settle()
    if ((analysis.result?.problems.length ?? 0) === 0) return false
    checked.value = isOpen.value = true
    if (told.value.length === 0) scope.leave(0)
    return true
  }

  return { told, untold, count, isOpen, check }
})

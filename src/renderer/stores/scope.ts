/** Where one is in the lab and what is selected there: the whole lab, or the inside of groups opened one after another. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Edit } from '@core/graph/edit'
import { nodeIn, scopeOf, type Step } from '@core/graph/scope'
import { useLab } from './lab'

export const useScope = defineStore('scope', () => {
  const lab = useLab()
  const wanted = shallowRef<readonly Step[]>([])
  const scope = computed(() => (lab.document ? scopeOf(lab.document, wanted.value) : null))

  /** What is seen and edited: the lab, or the inside of the group that is opened. */
  const document = computed(() => scope.value?.document ?? null)
  const path = computed(() => scope.value?.path ?? [])
  /** The name of the definition that is opened; null in the whole lab. */
  const group = computed(() => scope.value?.group ?? null)
  /** The name by which analysis and run know a block that is seen here. */
  const fullName = (id: string): string => (scope.value?.prefix ?? '') + id

  const selection = ref<string[]>([])
  function select(ids: readonly string[]): void {
    selection.value = [...ids]
  }

  function go(steps: readonly Step[], selected: readonly string[]): void {
    wanted.value = steps
    select(selected)
  }
  function enter(node: string): void {
    go([...path.value, { node, repetition: 1 }], [])
  }
  /** Goes back up, until so many groups are opened; the one that was left is selected. */
  function leave(depth: number): void {
    const left = path.value[depth]
    go(path.value.slice(0, depth), left ? [left.node] : selection.value)
  }
  function showRepetition(repetition: number): void {
    wanted.value = path.value.map((step, i, all) => (i === all.length - 1 ? { ...step, repetition } : step))
  }

  /** An edit of the graph as it is seen, as one of the lab: inside a group that is opened, of its definition. */
  const inLab = (change: Edit): Edit => (group.value === null ? change : { type: 'inGroup', group: group.value, edit: change })
  const edit = (change: Edit): void => lab.apply(inLab(change))

  // Whatever is opened and selected must exist: at once, as no one may see a selection of what is gone.
  watch(
    [() => lab.opened, document],
    ([opened, seen], [before]) => {
      if (opened !== before) go([], [])
      else if (path.value.length < wanted.value.length) go(path.value, [])
      else if (seen && selection.value.some((id) => !nodeIn(seen, id))) select(selection.value.filter((id) => nodeIn(seen, id)))
    },
    { flush: 'sync' },
  )

  return { document, path, group, fullName, selection, select, enter, leave, showRepetition, inLab, edit }
})

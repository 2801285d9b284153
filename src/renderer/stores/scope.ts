/** The current scope and its selection: the whole lab, or the inside of nested opened groups. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Edit } from '@core/graph/edit'
import { nodeIn, scopeOf, type Step } from '@core/graph/scope'
import { useLab } from './lab'

export const useScope = defineStore('scope', () => {
  const lab = useLab()
  const wanted = shallowRef<readonly Step[]>([])
  const scope = computed(() => (lab.document ? scopeOf(lab.document, wanted.value) : null))

  /** The document in scope: the lab, or the inside of the opened group. */
  const document = computed(() => scope.value?.document ?? null)
  const path = computed(() => scope.value?.path ?? [])
  /** Name of the opened group's definition; null in the whole lab. */
  const group = computed(() => scope.value?.group ?? null)
  /** Full name of a block in scope, as used by analysis and runs. */
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
  /** Closes groups up to this depth and selects the group that was left. */
  function leave(depth: number): void {
    const left = path.value[depth]
    go(path.value.slice(0, depth), left ? [left.node] : selection.value)
  }
  /** Selects a block by its full name, and opens the groups around it. */
  function reveal(name: string): void {
    const parts = name.split('.')
    const own = parts.pop() ?? ''
    if (fullName(own) === name) return select([own])
    const steps = parts.flatMap((node, i) => (i % 2 === 0 ? [{ node, repetition: Number(parts[i + 1]) }] : []))
    go(steps, [own])
  }
  function showRepetition(repetition: number): void {
    wanted.value = path.value.map((step, i, all) => (i === all.length - 1 ? { ...step, repetition } : step))
  }

  /** Wraps an edit of the document in scope as an edit of the lab. */
  const inLab = (change: Edit): Edit => (group.value === null ? change : { type: 'inGroup', group: group.value, edit: change })
  const edit = (change: Edit): void => lab.apply(inLab(change))

  // Opened groups and selected blocks must exist. Synchronous, so that a selection of deleted blocks is never visible.
  watch(
    [() => lab.opened, document],
    ([opened, seen], [before]) => {
      if (opened !== before) go([], [])
      else if (path.value.length < wanted.value.length) go(path.value, [])
      else if (seen && selection.value.some((id) => !nodeIn(seen, id))) select(selection.value.filter((id) => nodeIn(seen, id)))
    },
    { flush: 'sync' },
  )

  return { document, path, group, fullName, selection, select, enter, leave, reveal, showRepetition, inLab, edit }
})

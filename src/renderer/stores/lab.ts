/** The lab being edited: its document, own data and mutes with undo and redo, and whether it differs from what was saved. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { applyEdit, type Edit } from '@core/graph/edit'
import { record, redo as redone, replacePresent, startHistory, undo as undone, type History } from '@core/graph/history'
import type { LabDocument } from '@core/lab/document'
import type { Edits } from './edits'
import { dataOf, startWork, withData, withMutes, withoutLostMutes, type Mutes, type Work } from './work'

/** One value, so that whoever watches a part of it sees all parts change at once. */
interface Open extends Edits {
  /** Counts the labs opened in this window. */
  readonly number: number
}

export const useLab = defineStore('lab', () => {
  const open = shallowRef<Open | null>(null)
  const work = computed(() => open.value?.history.present ?? null)

  const document = computed(() => work.value?.document ?? null)
  const mutes = computed<Mutes>(() => work.value?.mutes ?? {})
  const dirty = computed(() => document.value !== (open.value?.saved ?? null))
  const canUndo = computed(() => (open.value?.history.past.length ?? 0) > 0)
  const canRedo = computed(() => (open.value?.history.future.length ?? 0) > 0)
  /** How many labs have been opened: changes when another one is. */
  const opened = computed(() => open.value?.number ?? 0)

  /** Opens another lab. */
  const begin = (next: LabDocument, data: string | null): void =>
    restore({ history: startHistory(startWork(next, data)), saved: next })
  /** Opens a lab with its steps of undo. */
  function restore({ history, saved }: Edits): void {
    open.value = { number: opened.value + 1, history, saved }
  }
  const edits = computed<Edits | null>(() => open.value)
  function markSaved(document: LabDocument): void {
    if (open.value) open.value = { ...open.value, saved: document }
  }

  function move(change: (history: History<Work>) => History<Work>): void {
    if (open.value) open.value = { ...open.value, history: change(open.value.history) }
  }
  /** A step of undo, unless nothing changes. */
  const step = (change: (work: Work) => Work): void => move((history) => record(history, change(history.present)))
  const undo = (): void => move(undone)
  const redo = (): void => move(redone)

  function apply(edit: Edit): void {
    step((work) => {
      const document = applyEdit(work.document, edit)
      return document === work.document ? work : { ...work, document }
    })
  }
  /** What the task reads; null for what is built in. Choosing it is a step of undo. */
  const dataId = computed({
    get: () => work.value && dataOf(work.value),
    set: (id) => step((work) => withData(work, id)),
  })
  /** Mutes these gates and no others: a step of undo. */
  const setMutes = (mutes: Mutes): void => step((work) => withMutes(work, mutes))
  /** Tells which gates there are, by name with their sizes: mutes of others are dropped, which is no step of its own. */
  const keepMutesOf = (sizes: ReadonlyMap<string, number>): void =>
    move((history) => replacePresent(history, withoutLostMutes(history.present, sizes)))

  return {
    ...{ document, dataId, mutes, dirty, canUndo, canRedo, opened, edits },
    ...{ begin, restore, markSaved, apply, undo, redo, setMutes, keepMutesOf },
  }
})

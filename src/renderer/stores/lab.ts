/** The lab being edited: document, custom data and mutes with undo history, and the saved state. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { applyEdit, type Edit } from '@core/graph/edit'
import { record, redo as redone, replacePresent, startHistory, undo as undone, type History } from '@core/graph/history'
import type { LabDocument } from '@core/lab/document'
import type { Edits } from './edits'
import { dataOf, startWork, withData, withMutes, withoutLostMutes, type Mutes, type Work } from './work'

/** A single value, so that watchers see all parts change together. */
interface Open extends Edits {
  /** Number of labs opened in this window so far. */
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
  /** Changes whenever another lab is opened. */
  const opened = computed(() => open.value?.number ?? 0)

  /** Opens another lab. */
  const begin = (next: LabDocument, data: string | null): void =>
    restore({ history: startHistory(startWork(next, data)), saved: next })
  /** Opens a lab with its undo history. */
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
  /** Adds an undo step, unless nothing changes. */
  const step = (change: (work: Work) => Work): void => move((history) => record(history, change(history.present)))
  const undo = (): void => move(undone)
  const redo = (): void => move(redone)

  function apply(edit: Edit): void {
    step((work) => {
      const document = applyEdit(work.document, edit)
      return document === work.document ? work : { ...work, document }
    })
  }
  /** Custom data of the task; null for built-in data. Setting it is an undo step. */
  const dataId = computed({
    get: () => work.value && dataOf(work.value),
    set: (id) => step((work) => withData(work, id)),
  })
  /** Replaces all mutes, as one undo step. */
  const setMutes = (mutes: Mutes): void => step((work) => withMutes(work, mutes))
  /** Drops mutes of gates not in `sizes` or of another size. Not an undo step. */
  const keepMutesOf = (sizes: ReadonlyMap<string, number>): void =>
    move((history) => replacePresent(history, withoutLostMutes(history.present, sizes)))

  return {
    ...{ document, dataId, mutes, dirty, canUndo, canRedo, opened, edits },
    ...{ begin, restore, markSaved, apply, undo, redo, setMutes, keepMutesOf },
  }
})

/**
 * Nothing is lost by closing a window: the open lab is kept with the host as it is edited. The same window finds it again after a
 * reload; a new one offers it, if it was not saved. Where something else is opened instead, it goes on a shelf and is offered until it
 * is opened or discarded.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { z } from 'zod'
import { readLab } from '@core/lab/read'
import type { LabDocument } from '@core/lab/document'
import { useMemory, type Memory } from '../api/memory'
import { useFiles } from './files'
import { useLab } from './lab'
import { useRun } from './run'

const windowKey = 'attention-lab.window'
/** As many as anyone will look through. */
const shelfLength = 20

const stored = z.object({
  document: z.unknown(),
  dirty: z.boolean(),
  path: z.string().nullable(),
  name: z.string().nullable(),
  data: z.string().nullable(),
  run: z.object({ id: z.string(), document: z.unknown(), data: z.string().nullable() }).nullable(),
  /** Milliseconds since 1970. */
  time: z.number(),
})
type Stored = z.infer<typeof stored>

export interface Draft extends Stored {
  readonly document: LabDocument
}

/** Null if there is none, or none that can be read. */
function readDraft(kept: unknown): Draft | null {
  const draft = stored.safeParse(kept).data
  if (!draft) return null
  try {
    return { ...draft, document: readLab(draft.document) }
  } catch {
    return null
  }
}
function recall(memory: Memory, key: 'draft' | 'shelf'): unknown {
  try {
    return JSON.parse(memory.recall(key) ?? 'null')
  } catch {
    return null
  }
}
function readShelf(memory: Memory): readonly Draft[] {
  const kept = recall(memory, 'shelf')
  return (Array.isArray(kept) ? kept : []).flatMap((each) => readDraft(each) ?? [])
}

export const useDraft = defineStore('draft', () => {
  const memory = useMemory()
  const lab = useLab()
  const files = useFiles()
  const run = useRun()
  const found = shallowRef(readDraft(recall(memory, 'draft')))
  const shelf = shallowRef(readShelf(memory))
  /** Unsaved work of earlier windows, the latest first. */
  const offered = computed(() => [...(found.value?.dirty ? [found.value] : []), ...shelf.value])

  function draft(): string | null {
    if (!lab.document) return null
    const trained = run.status && run.experiment ? { id: run.status.run, ...run.experiment } : null
    const now: Stored = {
      document: lab.document,
      dirty: lab.dirty,
      path: files.path,
      name: files.name,
      data: lab.dataId,
      run: trained,
      time: Date.now(),
    }
    return JSON.stringify(now)
  }
  function keep(): void {
    if (!lab.document) return
    if (found.value?.dirty) setShelf([found.value, ...shelf.value])
    memory.remember('draft', draft)
    sessionStorage.setItem(windowKey, 'open')
    found.value = null
  }
  function setShelf(drafts: readonly Draft[]): void {
    shelf.value = drafts.slice(0, shelfLength)
    memory.remember('shelf', () => (shelf.value.length > 0 ? JSON.stringify(shelf.value) : null))
  }
  // At once, not when Vue next looks around: the page may be on its way out.
  watch([() => lab.document, () => lab.dirty, () => lab.dataId, () => run.status?.run], keep, { flush: 'sync' })

  /** What is open makes way as for any other lab. */
  async function open(draft: Draft): Promise<void> {
    if (await files.mayLeave()) show(draft)
  }
  function show(draft: Draft): void {
    take(draft)
    files.open(draft.document, draft, draft.dirty)
    if (draft.run) showRun(draft.run)
  }
  function take(draft: Draft): void {
    if (draft === found.value) found.value = null
    else setShelf(shelf.value.filter((each) => each !== draft))
  }
  /** The run it trained may still be going on, or can be resumed. */
  function showRun({ id, document, data }: NonNullable<Stored['run']>): void {
    try {
      run.reopen(id, { document: readLab(document), data })
    } catch {
      // The lab itself is back; a run that cannot be read is listed by the host.
    }
  }
  function discard(draft: Draft): void {
    if (draft === found.value) memory.remember('draft', () => null)
    take(draft)
  }
  /** After a reload of the same window: whether it goes on where it was. */
  function resume(): boolean {
    if (!found.value || sessionStorage.getItem(windowKey) === null) return false
    show(found.value)
    return true
  }
  return { offered, open, discard, resume }
})

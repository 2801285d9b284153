/**
 * Nothing is lost by closing a window: the open lab is kept with the host as it is edited. The same window finds it again after a
 * reload; a new one offers it, if it was not saved.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { z } from 'zod'
import { readLab } from '@core/lab/read'
import type { LabDocument } from '@core/lab/document'
import { useHost } from '../api/host'
import { useMemory, type Memory } from '../api/memory'
import { useLab } from './lab'
import { useRun } from './run'

const windowKey = 'attention-lab.window'

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
function readDraft(memory: Memory): Draft | null {
  try {
    const draft = stored.parse(JSON.parse(memory.recall('draft') ?? 'null'))
    return { ...draft, document: readLab(draft.document) }
  } catch {
    return null
  }
}

export const useDraft = defineStore('draft', () => {
  const host = useHost()
  const memory = useMemory()
  const lab = useLab()
  const run = useRun()
  const found = shallowRef(readDraft(memory))
  /** Unsaved work of an earlier window. */
  const offered = computed(() => (found.value?.dirty ? found.value : null))

  function draft(): string | null {
    if (!lab.document) return null
    const trained = run.status && run.runDocument ? { id: run.status.run, document: run.runDocument, data: run.runData } : null
    const now: Stored = {
      document: lab.document,
      dirty: lab.dirty,
      path: lab.path,
      name: lab.name,
      data: lab.dataId,
      run: trained,
      time: Date.now(),
    }
    return JSON.stringify(now)
  }
  function keep(): void {
    if (!lab.document) return
    memory.remember('draft', draft)
    sessionStorage.setItem(windowKey, 'open')
    found.value = null
  }
  // At once, not when Vue next looks around: the page may be on its way out.
  watch([() => lab.document, () => lab.dirty, () => lab.dataId, () => run.status?.run], keep, { flush: 'sync' })

  function open(): void {
    const draft = found.value
    if (!draft) return
    lab.open(draft.document, draft, draft.dirty)
    if (draft.run) void findRun(draft.run)
  }
  /** The run it trained may still be going on, or can be resumed. */
  async function findRun({ id, document, data }: NonNullable<Stored['run']>): Promise<void> {
    try {
      const known = (await host.call['runs.list']({})).find(({ run: each }) => each === id)
      if (known) await run.attach(known, readLab(document), data)
    } catch {
      // The lab itself is back; a run that cannot be found again is listed by the host.
    }
  }
  function discard(): void {
    memory.remember('draft', () => null)
    found.value = null
  }
  /** After a reload of the same window: whether it goes on where it was. */
  function resume(): boolean {
    if (!found.value || sessionStorage.getItem(windowKey) === null) return false
    open()
    return true
  }
  return { offered, open, discard, resume }
})

/**
 * Crash recovery: the host stores each open lab as a draft with its undo history. The same window restores it after a reload. Unsaved work
 * is offered to every window until it is opened or discarded.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { Draft, DraftSummary } from '@core/contract/draft'
import { readLab } from '@core/lab/read'
import { useHost } from '../api/host'
import { createKeeper } from '../api/keeper'
import { openWindow, randomId } from '../api/window-id'
import { readEdits, withoutSteps, writeEdits } from './edits'
import { useFiles } from './files'
import { useLab } from './lab'
import { useNotices } from './notices'
import { useRun } from './run'

export const useDraft = defineStore('draft', () => {
  const host = useHost()
  const lab = useLab()
  const files = useFiles()
  const run = useRun()
  const notices = useNotices()
  const ownWindow = openWindow()
  const listed = shallowRef<readonly DraftSummary[]>([])
  /** Draft id of the open lab. */
  const current = shallowRef<string | null>(null)
  /** Ids of all labs opened in this window. */
  const own = new Set<string>()
  /** Unsaved work that is open in no window, latest first. */
  const offered = computed(() => {
    const isOpen = ({ id, open, window }: DraftSummary): boolean =>
      id === current.value || own.has(id) || (open && window !== ownWindow)
    return listed.value.filter((draft) => draft.dirty && !isOpen(draft))
  })

  let announceFirst = (): void => undefined
  const first = new Promise<void>((resolve) => (announceFirst = resolve))
  host.stream(
    'drafts.watch',
    { window: ownWindow },
    {
      onPart(drafts) {
        listed.value = drafts
        announceFirst()
      },
      onFailure(problem) {
        notices.report(problem)
        announceFirst()
      },
    },
  )

  let isFailing = false
  const keeper = createKeeper<string, Draft | null>(
    host,
    async (id, draft) => {
      await (draft ? host.call['drafts.keep']({ id, draft }) : host.call['drafts.discard']({ id }))
      isFailing = false
    },
    (error) => {
      // Reported once, because every change retries.
      if (!isFailing && host.state.value === 'connected') notices.fail(error)
      isFailing = true
    },
  )

  /** Null once another lab is open. */
  function draftOf(id: string): Draft | null {
    if (id !== current.value || !lab.document || !lab.edits) return null
    return {
      window: ownWindow,
      dirty: lab.dirty,
      time: Date.now(),
      document: lab.document,
      path: files.path,
      name: files.name,
      data: lab.dataId,
      run: run.status && run.experiment ? { id: run.status.run, ...run.experiment } : null,
      history: writeEdits(lab.edits),
    }
  }
  /** The draft that the next lab continues; null to create a new one. */
  let continued: string | null = null
  function begin(): void {
    // The previous lab was saved or discarded; the user was asked before this one was opened.
    if (current.value !== null) keeper.keep(current.value, () => null)
    const id = continued ?? randomId()
    continued = null
    own.add(id)
    current.value = id
  }
  // Synchronous, because the page may be about to unload.
  watch(
    [() => lab.opened, () => lab.edits, () => lab.dirty, () => run.status?.run],
    ([opened], [before]) => {
      if (opened !== before) begin()
      const id = current.value
      if (id !== null) keeper.keep(id, () => draftOf(id))
    },
    { flush: 'sync' },
  )

  /** Opens a draft after asking about unsaved changes. Throws LabError if it cannot be read; the draft is kept. */
  async function open({ id }: DraftSummary): Promise<void> {
    if (await files.mayLeave()) show(id, await host.call['drafts.read']({ id }))
  }
  function show(id: string, draft: Draft): void {
    const document = readLab(draft.document)
    continued = id
    files.restore(readEdits(draft.history, document) ?? withoutSteps(document, draft.data, !draft.dirty), draft)
    if (draft.run) showRun(draft.run)
  }
  /** Its run may still be training, or can be resumed. */
  function showRun({ id, document, data }: NonNullable<Draft['run']>): void {
    try {
      run.reopen(id, { document: readLab(document), data })
    } catch {
      // The lab is restored even if its run cannot be read; the run list still shows the run.
    }
  }
  const discard = ({ id }: DraftSummary): Promise<void> => host.call['drafts.discard']({ id })

  /** Restores the lab after a reload of the same window. Returns whether there was one. */
  async function resume(): Promise<boolean> {
    await first
    const last = listed.value.find(({ window }) => window === ownWindow)
    if (!last || lab.document) return false
    const { id } = last
    await notices.attempt(async () => show(id, await host.call['drafts.read']({ id })))
    return current.value === id
  }
  return { offered, open, discard, resume }
})

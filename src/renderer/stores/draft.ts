/**
 * Nothing is lost by closing a window: each lab that is open is kept with the host as a draft, with its steps of undo. The same window
 * restores it after a reload. What was not saved is offered to every window, until it is opened or discarded.
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
  /** Of the lab that is open here. */
  const current = shallowRef<string | null>(null)
  /** All that have been open here. */
  const own = new Set<string>()
  /** Unsaved work that is open in no window, the latest first. */
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
      // Said once: it is tried again with every change.
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
  /** The draft that the next lab continues; null for one of its own. */
  let continued: string | null = null
  function begin(): void {
    // The previous lab was saved or discarded: the person was asked before another one was opened.
    if (current.value !== null) keeper.keep(current.value, () => null)
    const id = continued ?? randomId()
    continued = null
    own.add(id)
    current.value = id
  }
  // At once, not when Vue next looks around: the page may be on its way out.
  watch(
    [() => lab.opened, () => lab.edits, () => lab.dirty, () => run.status?.run],
    ([opened], [before]) => {
      if (opened !== before) begin()
      const id = current.value
      if (id !== null) keeper.keep(id, () => draftOf(id))
    },
    { flush: 'sync' },
  )

  /** What is open makes way as for any other lab. Throws LabError for a draft that cannot be read; it stays. */
  async function open({ id }: DraftSummary): Promise<void> {
    if (await files.mayLeave()) show(id, await host.call['drafts.read']({ id }))
  }
  function show(id: string, draft: Draft): void {
    const document = readLab(draft.document)
    continued = id
    files.restore(readEdits(draft.history, document) ?? withoutSteps(document, draft.data, !draft.dirty), draft)
    if (draft.run) showRun(draft.run)
  }
  /** The run it trained may still be going on, or can be resumed. */
  function showRun({ id, document, data }: NonNullable<Draft['run']>): void {
    try {
      run.reopen(id, { document: readLab(document), data })
    } catch {
      // The lab itself is back; a run that cannot be read is listed by the host.
    }
  }
  const discard = ({ id }: DraftSummary): Promise<void> => host.call['drafts.discard']({ id })

  /** After a reload of the same window: whether it goes on where it was. */
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

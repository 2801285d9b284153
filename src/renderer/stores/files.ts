/** Opening and saving labs, with a prompt before unsaved changes are lost. */
import { useDebounceFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import type { LabDocument } from '@core/lab/document'
import { emptyLab } from '@core/lab/empty'
import { parseLab, requireLabSize } from '@core/lab/read'
import { fileName } from '../api/file-name'
import { chooseFile, download } from '../api/files'
import { useHost } from '../api/host'
import { inBoth, localText } from '../locales'
import type { Edits } from './edits'
import { useLab } from './lab'
import { useNotices } from './notices'
import { usePrompts } from './prompts'

export interface Origin {
  /** Path chosen in the host's dialog; null before the first save, and always in a browser. */
  readonly path?: string | null
  /** File name with extension. */
  readonly name?: string | null
  /** Id of the custom data it trains on. */
  readonly data?: string | null
}

export const useFiles = defineStore('files', () => {
  const host = useHost()
  const lab = useLab()
  const notices = useNotices()
  const prompts = usePrompts()
  const path = ref<string | null>(null)
  const name = ref<string | null>(null)

  /** Replaces the open lab without asking. */
  function open(document: LabDocument, origin: Origin = {}): void {
    replace(origin)
    lab.begin(document, origin.data ?? null)
  }
  /** Like `open`, with an undo history. */
  function restore(edits: Edits, origin: Origin): void {
    replace(origin)
    lab.restore(edits)
  }
  function replace(origin: Origin): void {
    path.value = origin.path ?? null
    name.value = origin.name ?? null
    prompts.closeChooser()
    notices.forgetBlocks()
  }

  /** Whether the open lab may be replaced: true without unsaved changes, otherwise the user decides. */
  async function mayLeave(): Promise<boolean> {
    if (!lab.document || !lab.dirty) return true
    const answer = await prompts.askUnsaved()
    if (answer === 'save') return save()
    return answer === 'discard'
  }

  async function newLab(): Promise<void> {
    if (await mayLeave()) open(emptyLab(inBoth('shell.untitled')))
  }

  async function openBuiltIn(id: string): Promise<void> {
    if (!(await mayLeave())) return
    await notices.attempt(async () => open(await host.call['labs.read']({ id })))
  }

  async function openFile(): Promise<void> {
    if (!(await mayLeave())) return
    await notices.attempt(async () => {
      const { dialogs } = await host.call['host.describe']({})
      if (dialogs) {
        const file = await host.call['files.open']({})
        if (file) open(parseLab(file.text), file)
      } else {
        const file = await chooseFile('.json,application/json')
        if (file) {
          requireLabSize(file.size)
          open(parseLab(await file.text()), { name: file.name })
        }
      }
    })
  }

  /** Returns whether the lab was saved; false if cancelled or failed. */
  async function write(target: string | null): Promise<boolean> {
    const written = lab.document
    if (!written) return false
    const text = JSON.stringify(written, null, 2) + '\n'
    const suggested = name.value ?? fileName(localText(written.title))
    const done = await notices.attempt(async () => {
      const { dialogs } = await host.call['host.describe']({})
      if (!dialogs) {
        download(suggested, text)
        return { path: null, name: suggested }
      }
      return host.call['files.save']({ path: target, name: suggested, text })
    })
    if (!done) return false
    lab.markSaved(written)
    path.value = done.path
    name.value = done.name
    notices.tell('shell.saved', { name: done.name })
    return true
  }
  const save = (): Promise<boolean> => write(path.value)
  const saveAs = (): Promise<boolean> => write(null)

  const tellDirty = useDebounceFn((dirty: boolean) => host.call['window.dirty']({ dirty }).catch(() => undefined), 100)
  watch(
    () => lab.dirty,
    (dirty) => void tellDirty(dirty),
  )

  return { path, name, open, restore, mayLeave, newLab, openBuiltIn, openFile, save, saveAs }
})

/** Modal dialogs and prompts; at most one is open. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export type Overlay =
  | 'gallery'
  | 'palette'
  | 'shortcuts'
  | 'licences'
  | 'export'
  | 'import'
  | 'runs'
  | 'compare'
  | 'experiments'
  | 'kits'
  | 'class'
  | 'glossary'
  | 'start-over'
export type UnsavedAnswer = 'save' | 'discard' | 'cancel'

/** Dialogs in which a lab or a lesson is chosen. */
const choosers: readonly Overlay[] = ['gallery', 'palette', 'runs', 'experiments', 'kits']

export const usePrompts = defineStore('prompts', () => {
  const overlay = shallowRef<Overlay | null>(null)
  const unsaved = shallowRef<((answer: UnsavedAnswer) => void) | null>(null)

  /** Closes the dialog in which what opens now was chosen; opening takes a moment, in which another may have been opened. */
  function closeChooser(): void {
    if (overlay.value && choosers.includes(overlay.value)) overlay.value = null
  }

  /** Asks what to do with unsaved changes. */
  function askUnsaved(): Promise<UnsavedAnswer> {
    unsaved.value?.('cancel')
    return new Promise((resolve) => {
      unsaved.value = (answer) => {
        unsaved.value = null
        resolve(answer)
      }
    })
  }
  return { overlay, unsaved, askUnsaved, closeChooser }
})

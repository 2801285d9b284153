/** The canvas on screen, for what asks something of it from elsewhere. */
import { defineStore } from 'pinia'
import { shallowRef, type Ref } from 'vue'

export interface CanvasHandle {
  fit(): void
  tidy(): Promise<void>
  /** While it is tidied up. */
  readonly tidying: Readonly<Ref<boolean>>
}

export const useCanvasHandle = defineStore('canvas', () => ({ handle: shallowRef<CanvasHandle | null>(null) }))

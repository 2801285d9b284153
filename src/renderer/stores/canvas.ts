/** The canvas on screen, for what asks something of it from elsewhere. */
import { defineStore } from 'pinia'
import { shallowRef, type Ref } from 'vue'

export interface CanvasHandle {
  fit(): void
  tidy(): Promise<void>
  /** While it is tidied up. */
  readonly tidying: Readonly<Ref<boolean>>
  /** Offers what a block can be connected with. */
  connect(node: string): void
  /** How many wires are selected. */
  readonly wires: Readonly<Ref<number>>
  /** Takes away what is selected. */
  remove(): void
}

export const useCanvasHandle = defineStore('canvas', () => ({ handle: shallowRef<CanvasHandle | null>(null) }))

/** Handle of the canvas on screen, for actions outside it. */
import { defineStore } from 'pinia'
import { shallowRef, type Ref } from 'vue'

export interface CanvasHandle {
  fit(): void
  tidy(): Promise<void>
  /** Whether automatic layout is in progress. */
  readonly tidying: Readonly<Ref<boolean>>
  /** Opens the menu of possible connections of a block. */
  connect(node: string): void
  /** Number of selected wires. */
  readonly wires: Readonly<Ref<number>>
  /** Deletes the selection. */
  remove(): void
}

export const useCanvasHandle = defineStore('canvas', () => ({ handle: shallowRef<CanvasHandle | null>(null) }))

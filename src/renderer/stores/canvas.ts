/** The canvas on screen, for what lies outside it. */
import { defineStore } from 'pinia'
import { shallowRef, type Ref } from 'vue'
import type { LabDocument } from '@core/lab/document'

export interface CanvasHandle {
  fit(): void
  tidy(): Promise<void>
  /** Whether automatic layout is in progress. */
  readonly tidying: Readonly<Ref<boolean>>
  /** A lab whose blocks have no places yet, laid out for this canvas. */
  laidOut(document: LabDocument): Promise<LabDocument>
  /** Opens the menu of possible connections of a block. */
  connect(node: string): void
  /** Number of selected wires. */
  readonly wires: Readonly<Ref<number>>
  /** Deletes the selection. */
  remove(): void
}

export const useCanvasHandle = defineStore('canvas', () => ({
  handle: shallowRef<CanvasHandle | null>(null),
  /** The block that the current task of a lesson is about, which is brought into view. */
  taskBlock: shallowRef<string | null>(null),
}))

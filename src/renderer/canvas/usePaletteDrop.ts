/** Drops from the palette: at the pointer, or into the wire there. */
import type { VueFlowStore } from '@vue-flow/core'
import { ref, type ShallowRef } from 'vue'
import { add } from '../actions/add'
import { useScope } from '../stores/scope'
import { nodeSize, snap } from './geometry'
import type { useInsertion } from './useInsertion'

/** MIME type of the drag data: the palette item. */
export const blockDragType = 'application/x-attention-lab-block'

export function usePaletteDrop(
  root: Readonly<ShallowRef<HTMLElement | null>>,
  flow: VueFlowStore,
  insertion: ReturnType<typeof useInsertion>,
) {
  const scope = useScope()
  /** Whether a block is being dragged over the canvas. */
  const isOver = ref(false)

  function onDragOver(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes(blockDragType)) return
    event.preventDefault()
    event.dataTransfer.dropEffect = 'copy'
    isOver.value = true
  }
  function onDragLeave(): void {
    isOver.value = false
  }
  function onDrop(event: DragEvent): void {
    isOver.value = false
    const item = event.dataTransfer?.getData(blockDragType)
    if (!item || !scope.document) return
    event.preventDefault()
    const centre = flow.screenToFlowCoordinate({ x: event.clientX, y: event.clientY })
    const position = snap({ x: centre.x - nodeSize.width / 2, y: centre.y - nodeSize.height / 2 })
    add(item, position, insertion.wireAt(position))
    root.value?.focus({ preventScroll: true })
  }
  return { isOver, onDragOver, onDragLeave, onDrop }
}

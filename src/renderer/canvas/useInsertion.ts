/** Inserts a block into a wire when it is dropped on one, whether moved or dragged from the palette. */
import type { Ref } from 'vue'
import type { Edit } from '@core/graph/edit'
import { insertionEdit } from '@core/graph/edit-wires'
import { lookupOf } from '@core/graph/lookup'
import { useScope } from '../stores/scope'
import { acceptsWires } from './accepts'
import { nodeSize, type Point } from './geometry'
import type { usePlaces } from './usePlaces'
import type { CanvasWire, useWires } from './useWires'

export function useInsertion(
  places: ReturnType<typeof usePlaces>,
  { wireUnder }: Pick<ReturnType<typeof useWires>, 'wireUnder'>,
  hovered: Ref<string | null>,
) {
  const scope = useScope()

  /** The wire under a block that is moved alone and has no wires itself. */
  function wireUnderMoved(ids: readonly string[]): CanvasWire | null {
    const [id = '', ...others] = ids
    const rect = places.all.value.get(id)
    if (!scope.document || !rect || others.length > 0) return null
    const { entering, leaving } = lookupOf(scope.document.graph)
    return entering.has(id) || leaving.has(id) ? null : wireUnder(rect, id)
  }
  /** During a drag: highlights the wire that the block would be inserted into. */
  function preview(ids: readonly string[]): void {
    hovered.value = wireUnderMoved(ids)?.id ?? null
  }
  /** On drop: moves the blocks, or inserts one into a wire. */
  function settle(): void {
    const ids = [...places.moving.value.keys()]
    const wire = wireUnderMoved(ids)
    hovered.value = null
    places.settle((move: Edit, [id = '']) => {
      const between = wire && scope.document && insertionEdit(scope.document, move, id, wire, acceptsWires())
      return between ?? move
    })
  }
  const wireAt = (position: Point): CanvasWire | null => wireUnder({ ...position, ...nodeSize }, null)
  return { preview, settle, wireAt }
}

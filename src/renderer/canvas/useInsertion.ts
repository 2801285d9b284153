/** A block that is put onto a wire goes between its ends: one that is moved there, or dropped from the palette. */
import type { Ref } from 'vue'
import type { Edit } from '@core/graph/edit'
import { insertionEdit } from '@core/graph/edit-wires'
import { lookupOf } from '@core/graph/lookup'
import { useScope } from '../stores/scope'
import { acceptsWires } from './accepts'
import { rectOf } from './ports'
import type { Point } from './geometry'
import type { usePlaces } from './usePlaces'
import type { CanvasWire, useWires } from './useWires'

export function useInsertion(
  places: ReturnType<typeof usePlaces>,
  { wireUnder }: Pick<ReturnType<typeof useWires>, 'wireUnder'>,
  hovered: Ref<string | null>,
) {
  const scope = useScope()

  /** Under a block that has no wires, alone among those that are moved. */
  function wireUnderMoved(ids: readonly string[]): CanvasWire | null {
    const [id = '', ...others] = ids
    const rect = places.all.value.get(id)
    if (!scope.document || !rect || others.length > 0) return null
    const { entering, leaving } = lookupOf(scope.document.graph)
    return entering.has(id) || leaving.has(id) ? null : wireUnder(rect, id)
  }
  /** While blocks are moved: shows which wire it would be. */
  function preview(ids: readonly string[]): void {
    hovered.value = wireUnderMoved(ids)?.id ?? null
  }
  /** They are let go: what becomes of the move. */
  function settle(): void {
    const ids = [...places.moving.value.keys()]
    const wire = wireUnderMoved(ids)
    hovered.value = null
    places.settle((move: Edit, [id = '']) => {
      const between = wire && scope.document && insertionEdit(scope.document, move, id, wire, acceptsWires())
      return between ?? move
    })
  }
  const wireAt = (position: Point): CanvasWire | null => wireUnder(rectOf('', position), null)
  return { preview, settle, wireAt }
}

/**
 * Level of detail per block. Readable blocks are drawn in full. In a large lab only those in view are, a few per frame as they enter it;
 * those nearby are sketched, and more distant ones are not drawn.
 */
import type { VueFlowStore } from '@vue-flow/core'
import { useRafFn } from '@vueuse/core'
import { computed, shallowReactive, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import { contains, overlaps, type Rect } from './geometry'
import { isDetailed, type Level } from './levels'
import type { usePlaces } from './usePlaces'

/** Up to this many blocks, all are drawn. */
const few = 100
/** Distance around the view, in pixels, within which blocks are drawn in full, and drawn at all. */
const margin = 100
const ahead = 500
const perFrame = 4

export interface Detail {
  /** Whether a block is drawn in full. */
  has(id: string): boolean
  /** Whether a block is drawn at all. */
  isDrawn(id: string): boolean
  /** The drawn part of the canvas; null if all of it. Changes only when the view comes near its edge. */
  readonly area: Readonly<ShallowRef<Rect | null>>
}

export function useDetail(flow: VueFlowStore, places: ReturnType<typeof usePlaces>, level: ComputedRef<Level>): Detail {
  const isLarge = computed(() => places.blocks.value.length > few)
  const detailed = shallowReactive(new Set<string>())
  const drawn = shallowReactive(new Set<string>())

  /** The view in canvas units, extended by this many pixels. */
  function viewWith(around: number): Rect {
    const { x, y, zoom } = flow.viewport.value
    const { width, height } = flow.dimensions.value
    return {
      x: (-x - around) / zoom,
      y: (-y - around) / zoom,
      width: (width + 2 * around) / zoom,
      height: (height + 2 * around) / zoom,
    }
  }

  const area = shallowRef<Rect | null>(null)
  watch(
    [isLarge, flow.viewport, flow.dimensions],
    () => {
      if (!isLarge.value) area.value = null
      else if (!area.value || !contains(area.value, viewWith(margin)) || !contains(viewWith(3 * ahead), area.value))
        area.value = viewWith(ahead)
    },
    { immediate: true, flush: 'sync' },
  )
  watch(
    [area, places.settled],
    ([part, rects]) => {
      if (!part) {
        drawn.clear()
        return
      }
      for (const id of drawn) if (!rects.has(id)) drawn.delete(id)
      for (const [id, rect] of rects)
        if (overlaps(rect, part)) drawn.add(id)
        else drawn.delete(id)
    },
    { immediate: true, flush: 'sync' },
  )

  const near = computed<Rect | null>(() => (isLarge.value && isDetailed(level.value) ? viewWith(margin) : null))
  const filling = useRafFn(fill, { immediate: false })

  /** Sketches blocks that left the view and fills in those that entered it. */
  function fill(): void {
    const part = near.value
    for (const id of detailed) {
      const rect = places.all.value.get(id)
      if (!part || !rect || !overlaps(rect, part)) detailed.delete(id)
    }
    let left = perFrame
    if (part)
      for (const [id, rect] of places.all.value) {
        if (left === 0) return
        if (detailed.has(id) || !overlaps(rect, part)) continue
        detailed.add(id)
        left--
      }
    filling.pause()
  }
  watch([near, places.settled], filling.resume, { immediate: true })

  return {
    has: (id) => isDetailed(level.value) && (!isLarge.value || detailed.has(id)),
    isDrawn: (id) => !isLarge.value || drawn.has(id),
    area,
  }
}

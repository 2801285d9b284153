/**
 * Which blocks are drawn in full: where they are near enough to be read, all of them in a lab that is not large, in a large one those
 * that are in view. The others are sketched, so that hundreds cost little. Coming into view, a few a frame are filled in.
 */
import type { VueFlowStore } from '@vue-flow/core'
import { useRafFn } from '@vueuse/core'
import { computed, shallowReactive, watch, type ComputedRef } from 'vue'
import { overlaps, type Rect } from './geometry'
import { isDetailed, type Level } from './levels'
import type { usePlaces } from './usePlaces'

/** Up to so many blocks, all are drawn in full wherever they are. */
const few = 100
/** Around the view, in canvas units. */
const margin = 150
const perFrame = 4

export interface Detail {
  has(id: string): boolean
}

export function useDetail(flow: VueFlowStore, places: ReturnType<typeof usePlaces>, level: ComputedRef<Level>): Detail {
  const isLarge = computed(() => places.blocks.value.length > few)
  const detailed = shallowReactive(new Set<string>())

  const view = computed<Rect | null>(() => {
    const { x, y, zoom } = flow.viewport.value
    const { width, height } = flow.dimensions.value
    if (!isLarge.value || !isDetailed(level.value)) return null
    return {
      x: -x / zoom - margin,
      y: -y / zoom - margin,
      width: width / zoom + 2 * margin,
      height: height / zoom + 2 * margin,
    }
  })
  const filling = useRafFn(fill, { immediate: false })

  /** Sketches what has left the view, and fills in what has come into it. */
  function fill(): void {
    const area = view.value
    for (const id of detailed) {
      const rect = places.all.value.get(id)
      if (!area || !rect || !overlaps(rect, area)) detailed.delete(id)
    }
    let left = perFrame
    if (area)
      for (const [id, rect] of places.all.value) {
        if (left === 0) return
        if (detailed.has(id) || !overlaps(rect, area)) continue
        detailed.add(id)
        left--
      }
    filling.pause()
  }
  watch([view, places.all], filling.resume, { immediate: true })

  return { has: (id) => isDetailed(level.value) && (!isLarge.value || detailed.has(id)) }
}

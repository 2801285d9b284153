/** The visible part of the canvas: the initial view, fitting the whole graph clear of overlays, and scrolling blocks into view. */
import type { VueFlowStore } from '@vue-flow/core'
import { until, usePreferredReducedMotion } from '@vueuse/core'
import { computed, nextTick, watch, type ComputedRef } from 'vue'
import { lookupOf } from '@core/graph/lookup'
import { useCanvasHandle } from '../stores/canvas'
import { useLab } from '../stores/lab'
import { useProblems } from '../stores/problems'
import { useScope } from '../stores/scope'
import { useSettings } from '../stores/settings'
import { boundsOf, contains, overlaps, type Point, type Rect } from './geometry'
import { openingZoom } from './levels'
import { beginningView, type View } from './opening'
import { exit } from './ports'

/** Margins around the graph; larger at the bottom, where the problem list and the mini-map overlay the canvas. */
const margin = { side: 40, top: 28, bottom: 28, overlays: 116 }
/** Includes the zoom buttons beside it. */
const miniMap = { width: 180, height: 108 }
const controls = { width: 52, height: 132 }
/** On a smaller canvas the map would cover the blocks. */
const smallestWithMap = { width: 420, height: 260 }
/** Maximum zoom when fitting. */
const largest = 1.15
/** Extra zoom of the initial view in projector mode, as for text. */
const forProjector = 1.25

const seenAt = (rect: Rect, { x, y, zoom }: View): Rect => ({
  x: rect.x * zoom + x,
  y: rect.y * zoom + y,
  width: rect.width * zoom,
  height: rect.height * zoom,
})

export function useView(flow: VueFlowStore, rects: ComputedRef<ReadonlyMap<string, Rect>>) {
  const lab = useLab()
  const scope = useScope()
  const problems = useProblems()
  const settings = useSettings()
  const canvas = useCanvasHandle()
  const motion = usePreferredReducedMotion()
  const size = computed(() => flow.dimensions.value)

  const toScreen = ({ x, y }: Point): Point => {
    const view = flow.viewport.value
    return { x: x * view.zoom + view.x, y: y * view.zoom + view.y }
  }

  const roomAbove = (bottom: number) => ({
    width: Math.max(100, size.value.width - 2 * margin.side),
    height: Math.max(100, size.value.height - margin.top - bottom),
  })
  /** Available size for the whole graph. */
  const room = computed(() => roomAbove(margin.bottom))

  /** The largest view of the whole graph above a strip at the bottom, centred or left-aligned. */
  function viewAbove(bottom: number, align: 'middle' | 'left'): View {
    const { x: left, y: top, width, height } = boundsOf(rects.value.values())
    const space = roomAbove(bottom)
    const zoom = Math.max(flow.minZoom.value, Math.min(largest, space.width / width, space.height / height))
    const spare = align === 'middle' ? (space.width - width * zoom) / 2 : 0
    return { x: margin.side + spare - left * zoom, y: margin.top + (space.height - height * zoom) / 2 - top * zoom, zoom }
  }

  const corner = ({ width, height }: { width: number; height: number }): Rect => ({
    x: size.value.width - width,
    y: size.value.height - height,
    width,
    height,
  })

  /** Whether no block is covered by an overlay. */
  function isClear(view: View, overlays: readonly Rect[]): boolean {
    for (const rect of rects.value.values()) {
      const seen = seenAt(rect, view)
      if (overlays.some((overlay) => overlaps(overlay, seen))) return false
    }
    return true
  }

  const bounds = computed(() => boundsOf(rects.value.values()))
  /** The map is hidden if it would cover a block of a graph that is fully visible anyway. */
  const mapShown = computed(() => {
    const view = flow.viewport.value
    const whole = { x: 0, y: 0, ...size.value }
    if (whole.width < smallestWithMap.width || whole.height < smallestWithMap.height) return false
    return !contains(whole, seenAt(bounds.value, view)) || isClear(view, [corner(miniMap)])
  })

  /** A view of the whole graph, clear of overlays if possible. */
  function wholeView(): View {
    const { width, height } = size.value
    const strip = { x: 0, y: height - margin.overlays, width: width - miniMap.width, height: margin.overlays }
    const list = problems.reported.length > 0 ? [strip] : []
    const views = [viewAbove(margin.bottom, 'middle'), viewAbove(margin.bottom, 'left')]
    return (
      views.find((candidate) => isClear(candidate, [corner(miniMap), ...list])) ??
      views.find((candidate) => isClear(candidate, [corner(controls), ...list])) ??
      viewAbove(height > 360 ? margin.overlays : margin.bottom, 'middle')
    )
  }

  /** The first block to read: of those without incoming wires, the nearest to the upper left. */
  function firstRect(): Rect {
    const { entering } = lookupOf(scope.document?.graph ?? { nodes: [], edges: [] })
    const sources = [...rects.value].flatMap(([id, rect]) => (id !== exit && !entering.has(id) ? [rect] : []))
    const candidates = sources.length > 0 ? sources : [...rects.value.values()]
    return candidates.reduce((first, rect) => (rect.x + rect.y < first.x + first.y ? rect : first))
  }

  const show = (view: View, duration: number): void =>
    void flow.setViewport(view, { duration: motion.value === 'reduce' ? 0 : duration })

  function fit(): void {
    if (rects.value.size > 0) show(wholeView(), 200)
  }
  /** Shows the whole graph if it is readable, else its beginning. */
  function open(): void {
    if (rects.value.size === 0) return
    const whole = wholeView()
    const room = { x: margin.side, y: margin.top, ...roomAbove(margin.bottom) }
    const zoom = openingZoom * (settings.projector ? forProjector : 1)
    show(whole.zoom >= zoom ? whole : beginningView(bounds.value, firstRect(), room, zoom), 0)
    showTaskBlock()
  }

  watch(
    [() => lab.opened, () => settings.projector],
    async () => {
      const { document, opened } = lab
      if (!document) return
      await until(() => size.value.width > 0 && (rects.value.size > 0 || document.graph.nodes.length === 0)).toBe(true)
      await nextTick()
      if (lab.opened === opened) open()
    },
    { immediate: true },
  )

  // A group was opened or left.
  watch(
    () => scope.path.map(({ node }) => node).join('.'),
    async () => {
      await nextTick()
      await nextTick()
      open()
    },
  )

  const showTaskBlock = (): void => bringIntoView(rects.value.get(canvas.taskBlock ?? ''))
  watch(() => canvas.taskBlock, showTaskBlock)

  function bringIntoView(rect: Rect | undefined): void {
    if (!rect) return
    const { zoom } = flow.viewport.value
    if (contains({ x: 0, y: 0, ...size.value }, seenAt(rect, flow.viewport.value))) return
    void flow.setCenter(rect.x + rect.width / 2, rect.y + rect.height / 2, { zoom })
  }

  return { size, room, toScreen, fit, mapShown, bringIntoView }
}

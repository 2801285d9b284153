/** Positions on the canvas, including a move in progress, which is written to the document only when it ends. */
import type { VueFlowStore } from '@vue-flow/core'
import { computed, shallowRef, watch } from 'vue'
import type { Edit } from '@core/graph/edit'
import type { GraphNode, LabDocument } from '@core/lab/document'
import { useScope } from '../stores/scope'
import { snap, type Point, type Rect } from './geometry'
import { portPlaces, sizeIn } from './ports'

/** Unchanged blocks keep their objects, so their rectangles can be cached. */
const rects = new WeakMap<GraphNode, Rect>()
function rectOfBlock(document: LabDocument, block: GraphNode): Rect {
  const known = rects.get(block)
  const size = sizeIn(document, block.id)
  if (known?.height === size.height) return known
  const made = { ...block.position, ...size }
  rects.set(block, made)
  return made
}

export function usePlaces(flow: VueFlowStore) {
  const scope = useScope()

  const blocks = computed(() => scope.document?.graph.nodes ?? [])
  /** Positions of the group's ports, if inside a group. */
  const ports = computed<Readonly<Record<string, Point>>>(() =>
    scope.group === null ? {} : portPlaces(blocks.value.map(({ position }) => position)),
  )
  const settled = computed(() => {
    const { document } = scope
    if (!document) return new Map<string, Rect>()
    const places = new Map(blocks.value.map((block) => [block.id, rectOfBlock(document, block)]))
    for (const [id, place] of Object.entries(ports.value)) places.set(id, { ...place, ...sizeIn(document, id) })
    return places
  })

  const moving = shallowRef<ReadonlyMap<string, Rect>>(new Map())
  const all = computed<ReadonlyMap<string, Rect>>(() =>
    moving.value.size === 0 ? settled.value : new Map([...settled.value, ...moving.value]),
  )
  const isMoving = computed(() => moving.value.size > 0)
  // Any other change of the document cancels the move.
  watch(blocks, () => (moving.value = new Map()), { flush: 'sync' })

  /** Takes the positions of dragged nodes. */
  function follow(nodes: readonly { readonly id: string; readonly position: Point }[]): void {
    const places = new Map(moving.value)
    for (const { id, position } of nodes) {
      const known = all.value.get(id)
      if (known && (known.x !== position.x || known.y !== position.y))
        places.set(id, { ...known, x: position.x, y: position.y })
    }
    moving.value = places
  }
  function nudge(ids: readonly string[], by: Point): void {
    const nodes = ids.flatMap((id) => flow.findNode(id) ?? [])
    for (const node of nodes) node.position = { x: node.position.x + by.x, y: node.position.y + by.y }
    follow(nodes)
  }
  /** Ends the move as one undo step, unless nothing has moved. `finish` may extend the edit. */
  function settle(finish = (move: Edit, _: readonly string[]): Edit => move): void {
    const positions = [...moving.value].map(([id, place]) => [id, snap(place)] as const)
    moving.value = new Map()
    if (positions.length === 0) return
    const ids = positions.map(([id]) => id)
    scope.edit(finish({ type: 'moveNodes', positions: Object.fromEntries(positions) }, ids))
  }

  return { blocks, ports, settled, all, moving, isMoving, follow, nudge, settle }
}

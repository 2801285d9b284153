/** The document's wires: paths, labels and selection. */
import { computed, shallowReactive, shallowRef, watch, type ComputedRef } from 'vue'
import { outside } from '@core/graph/edit'
import { lookupOf } from '@core/graph/lookup'
import type { GraphEdge, PortRef } from '@core/lab/document'
import { useScope } from '../stores/scope'
import { portsOf, type Side } from './connections'
import { boundsOf, distanceTo, overlaps, portOffset, type Rect, type WirePath } from './geometry'
import { closeUp, isDetailed, type Level } from './levels'
import { canvasNode, sizeIn } from './ports'
import { createRouter } from './routing'
import { useBlockTexts } from './useBlockTexts'
import type { usePlaces } from './usePlaces'
import { placeChips, sameType, wireLabel, type Chip, type ChipRequest } from './wire-labels'

export interface CanvasWire extends GraphEdge {
  readonly id: string
}

const wireId = ({ from, to }: GraphEdge): string => `${from.node}/${from.port}→${to.node}/${to.port}`
/** A wire within this distance of a block's centre counts as under it. */
const on = 40
/** With more wires than this, labels of moving wires are hidden until the drop, because placing them takes too long. */
const many = 200

export function useWires(places: ReturnType<typeof usePlaces>, level: ComputedRef<Level>) {
  const scope = useScope()
  const texts = useBlockTexts()

  const wires = computed<readonly CanvasWire[]>(() => {
    const document = scope.document
    if (!document) return []
    const { nodes } = lookupOf(document.graph)
    const known = ({ node }: PortRef): boolean => nodes.has(node) || (node === outside && scope.group !== null)
    return document.graph.edges
      .filter(({ from, to }) => known(from) && known(to))
      .map((edge) => ({ ...edge, id: wireId(edge) }))
  })

  const ends = computed(() => {
    const document = scope.document
    if (!document) return []
    const offsetOf = ({ node, port }: PortRef, side: Side): number => {
      const ports = portsOf(document, node, side)
      const index = ports.findIndex((candidate) => candidate.port === port)
      const { height } = sizeIn(document, canvasNode({ node, port }, side))
      return portOffset(Math.max(0, index), Math.max(1, ports.length), height)
    }
    return wires.value.map(({ id, from, to }) => ({
      id,
      from: { node: canvasNode(from, 'out'), offset: offsetOf(from, 'out') },
      to: { node: canvasNode(to, 'in'), offset: offsetOf(to, 'in') },
    }))
  })
  const router = createRouter()
  const routes = computed(() => router.route(ends.value, places.all.value))
  const paths = shallowReactive(new Map<string, WirePath>())
  watch(routes, (now, before) => reconcile(paths, now, before), { immediate: true })

  /** Constant during a drag, so that its watchers do not run. */
  const bounds = computed<ReadonlyMap<string, Rect>>((before) => {
    if (before && places.isMoving.value) return before
    return new Map([...routes.value].map(([id, path]) => [id, boundsOfPath(path)]))
  })

  /** The wire under an unconnected block: the nearest to its centre, routed as if the block were not there. */
  function wireUnder(block: Rect, id: string | null): CanvasWire | null {
    const centre = { x: block.x + block.width / 2, y: block.y + block.height / 2 }
    const self = id === null ? undefined : places.all.value.get(id)
    const endOf = (end: { node: string; offset: number }) => {
      const node = places.all.value.get(end.node)
      return node && { node, offset: end.offset }
    }
    const distances = ends.value.flatMap(({ id: wire, from, to }) => {
      const [source, target, area] = [endOf(from), endOf(to), bounds.value.get(wire)]
      if (!source || !target || from.node === id || to.node === id || (area && !overlaps(area, block))) return []
      return [{ wire, distance: distanceTo(router.find(source, target, self), centre) }]
    })
    const nearest = distances.reduce((a, b) => (b.distance < a.distance ? b : a), { wire: '', distance: on })
    return wires.value.find((wire) => wire.id === nearest.wire) ?? null
  }

  const near = computed(() => level.value.from >= closeUp)
  const labels = computed(() => {
    const document = scope.document
    if (!document || !isDetailed(level.value)) return []
    const { entering } = lookupOf(document.graph)
    return wires.value.flatMap(({ id, from }): Omit<ChipRequest, 'path'>[] => {
      const type = texts.wireType(from)
      if (!type) return []
      const plugged = entering.get(from.node)?.[0]
      const changed = !sameType(plugged && texts.wireType(plugged.from), type)
      return [{ id, output: `${from.node}/${from.port}`, label: wireLabel(type, near.value), changed }]
    })
  })
  const requests = computed(() =>
    labels.value.flatMap((label): ChipRequest[] => {
      const path = routes.value.get(label.id)
      return path ? [{ ...label, path }] : []
    }),
  )
  const placed = computed<ReadonlyMap<string, Chip>>((before) => {
    if (before && places.isMoving.value && requests.value.length > many) return withoutMoved(before)
    settled = routes.value
    // At lower zoom, only changes of shape are labelled.
    return placeChips(requests.value, router.obstacles, level.value.unit, level.value.shows !== 'all')
  })
  /** Paths at the time the labels were placed. */
  let settled: ReadonlyMap<string, WirePath> = new Map()
  const withoutMoved = (before: ReadonlyMap<string, Chip>): ReadonlyMap<string, Chip> => {
    const moved = [...before.keys()].filter((id) => routes.value.get(id) !== settled.get(id))
    if (moved.length === 0) return before
    const left = new Map(before)
    for (const id of moved) left.delete(id)
    return left
  }
  const chips = shallowReactive(new Map<string, Chip>())
  watch(placed, (now, before) => reconcile(chips, now, before, sameChip), { immediate: true })

  const selected = shallowRef<ReadonlySet<string>>(new Set())
  /** Replaces the selection, or toggles the wire in it with `add`. */
  function select(id: string, add: boolean): void {
    const chosen = new Set(add ? selected.value : [])
    if (!chosen.delete(id)) chosen.add(id)
    selected.value = chosen
    if (!add) scope.select([])
  }
  function unselect(): void {
    if (selected.value.size > 0) selected.value = new Set()
  }
  /** The inputs at which selected wires end. */
  const selectedInputs = (): PortRef[] => wires.value.flatMap(({ id, to }) => (selected.value.has(id) ? [to] : []))

  return { wires, paths, bounds, chips, wireUnder, selected, select, unselect, selectedInputs }
}

/** Keyed by path object: unchanged paths keep theirs. */
const boundsOfPaths = new WeakMap<WirePath, Rect>()
function boundsOfPath(path: WirePath): Rect {
  const known = boundsOfPaths.get(path)
  if (known) return known
  const made = boundsOf(path.points.map(({ x, y }) => ({ x, y, width: 1, height: 1 })))
  boundsOfPaths.set(path, made)
  return made
}

const sameChip = (a: Chip, b: Chip): boolean => a.x === b.x && a.y === b.y && a.label === b.label && a.clear === b.clear

/** Updates a map from `before` to `now`, touching only changed entries, so that a watcher of one wire runs only for that wire. */
function reconcile<T>(
  map: Map<string, T>,
  now: ReadonlyMap<string, T>,
  before: ReadonlyMap<string, T> = new Map(),
  same: (a: T, b: T) => boolean = Object.is,
): void {
  for (const key of before.keys()) if (!now.has(key)) map.delete(key)
  for (const [key, value] of now) {
    const known = before.get(key)
    if (known === undefined || !same(known, value)) map.set(key, value)
  }
}

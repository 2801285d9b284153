/** Incremental wire routing: while blocks are moved, only wires near a change are routed again. */
import { boundsOf, overlaps, reachOf, routeWire, type Rect, type WireEnd, type WirePath } from './geometry'
import { isPorts } from './ports'
import { SpatialIndex } from './spatial'

interface End {
  readonly node: string
  /** Height of the port within the node. */
  readonly offset: number
}
export interface RouteRequest {
  readonly id: string
  readonly from: End
  readonly to: End
}

interface Route {
  readonly source: WireEnd
  readonly target: WireEnd
  readonly reach: Rect | null
  readonly path: WirePath
}

export interface Router {
  /** The blocks of the last call, which wires avoid. */
  readonly obstacles: SpatialIndex
  /** The path between two ends, ignoring one block. */
  find(source: WireEnd, target: WireEnd, besides: Rect | undefined): WirePath
  /**
   * Paths by wire id, without wires to missing nodes. Pass the same Rect object for an unmoved node: an unchanged path is returned as the
   * same object too.
   */
  route(wires: readonly RouteRequest[], nodes: ReadonlyMap<string, Rect>): ReadonlyMap<string, WirePath>
}

export function createRouter(): Router {
  const index = new SpatialIndex()
  let before: ReadonlySet<Rect> = new Set()
  let routes = new Map<string, Route>()

  /** Old and new rectangles of all nodes added, removed or moved. */
  function changes(nodes: ReadonlyMap<string, Rect>): Rect[] {
    const now = new Set<Rect>()
    for (const [id, rect] of nodes) if (!isPorts(id)) now.add(rect)
    const gone = [...before].filter((rect) => !now.has(rect))
    const come = [...now].filter((rect) => !before.has(rect))
    for (const rect of gone) index.remove(rect)
    for (const rect of come) index.add(rect)
    before = now
    return [...gone, ...come]
  }

  function find(source: WireEnd, target: WireEnd, besides?: Rect): Route {
    const reach = reachOf(source, target)
    const near = reach ? index.overlapping(reach) : new Set<Rect>()
    for (const rect of [source.node, target.node, besides]) if (rect) near.delete(rect)
    return { source, target, reach, path: routeWire(source, target, [...near]) }
  }

  return {
    obstacles: index,
    find: (source, target, besides) => find(source, target, besides).path,
    route(wires, nodes) {
      const changed = changes(nodes)
      const around = boundsOf(changed)
      const isMet = (reach: Rect): boolean => overlaps(reach, around) && changed.some((rect) => overlaps(reach, rect))
      const next = new Map<string, Route>()
      const paths = new Map<string, WirePath>()
      for (const { id, from, to } of wires) {
        const [source, target] = [nodes.get(from.node), nodes.get(to.node)]
        if (!source || !target) continue
        const known = routes.get(id)
        const stands =
          known && isAt(known.source, source, from) && isAt(known.target, target, to) && !(known.reach && isMet(known.reach))
        const route = stands ? known : find({ node: source, offset: from.offset }, { node: target, offset: to.offset })
        next.set(id, route)
        paths.set(id, route.path)
      }
      routes = next
      return paths
    },
  }
}

const isAt = (end: WireEnd, node: Rect, { offset }: End): boolean => end.node === node && end.offset === offset

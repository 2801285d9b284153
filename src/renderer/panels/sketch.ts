/** Where the blocks and wires of a graph are in a picture of it. */
import type { Graph, GraphEdge } from '@core/lab/document'
import { nodeSize, routeWire } from '../canvas/geometry'

export interface Sketch {
  readonly wires: readonly { readonly edge: GraphEdge; readonly d: string }[]
  /** The `viewBox` around everything, with a minimum size so that small graphs are not magnified. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
}

export function sketchOf(graph: Graph): Sketch {
  const places = new Map(graph.nodes.map(({ id, position }) => [id, position]))
  const end = (id: string) => {
    const place = places.get(id)
    return place && { node: { ...place, ...nodeSize }, offset: nodeSize.height / 2 }
  }
  const wires = graph.edges.flatMap((edge) => {
    const [source, target] = [end(edge.from.node), end(edge.to.node)]
    return source && target ? [{ edge, ...routeWire(source, target, []) }] : []
  })
  const corners = graph.nodes.flatMap(({ position: { x, y } }) => [
    { x, y },
    { x: x + nodeSize.width, y: y + nodeSize.height },
  ])
  const points = [...corners, ...wires.flatMap((wire) => wire.points)]
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)]
  const [left, top] = [Math.min(0, ...xs), Math.min(0, ...ys)]
  const width = Math.max(4 * nodeSize.width, ...xs.map((x) => x - left))
  const height = Math.max(2 * nodeSize.height, ...ys.map((y) => y - top))
  return { wires, box: { x: left - 12, y: top - 12, width: width + 24, height: height + 24 } }
}

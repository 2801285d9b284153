/** Automatic layout: columns from left to right by ELK's layered algorithm; a graph that is too wide wraps into rows. */
import type { ELK, ElkNode } from 'elkjs/lib/elk-api'
import type { Edit } from '@core/graph/edit'
import { portsOfNode } from '@core/graph/groups'
import type { LabDocument } from '@core/lab/document'
import { nodeSize, portOffset, snap, type Point } from './geometry'
import { sizeIn } from './ports'

export type Layout = Pick<ELK, 'layout'>
export type Positions = Readonly<Record<string, Point>>

/** Leaves room between columns for the shape label of a wire. */
const columnGap = 64
const rowGap = 56
/** Gap between blocks of one column, also the limit for aligning them, so that no block is pushed into the next. */
const nodeGap = 40

/** ELK rejects edges to ports it does not know, so those are left out. It resolves cycles itself. */
function toElk(document: LabDocument): ElkNode {
  const known = new Set<string>()
  const children = document.graph.nodes.map((node) => {
    const definition = portsOfNode(document.graph, node)
    const size = sizeIn(document, node.id)
    const ports = (['inputs', 'outputs'] as const).flatMap((side) =>
      Object.keys(definition?.[side] ?? {}).map((port, index, all) => {
        const id = `${side}/${node.id}/${port}`
        known.add(id)
        return {
          id,
          x: side === 'inputs' ? 0 : size.width,
          y: portOffset(index, all.length, size.height),
          layoutOptions: { 'elk.port.side': side === 'inputs' ? 'WEST' : 'EAST' },
        }
      }),
    )
    return { id: node.id, ...size, ports, layoutOptions: { 'elk.portConstraints': 'FIXED_POS' } }
  })
  const edges = document.graph.edges
    .map(({ from, to }, index) => ({
      id: `wire-${index}`,
      sources: [`outputs/${from.node}/${from.port}`],
      targets: [`inputs/${to.node}/${to.port}`],
    }))
    .filter(({ sources, targets }) => [...sources, ...targets].every((port) => known.has(port)))
  return {
    id: 'graph',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.layered.spacing.nodeNodeBetweenLayers': String(columnGap),
      'elk.spacing.nodeNode': String(nodeGap),
      'elk.layered.spacing.edgeNodeBetweenLayers': '16',
      'elk.spacing.edgeNode': '20',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
      'elk.separateConnectedComponents': 'false',
    },
    children,
    edges,
  }
}

/** Nodes by column, from left to right. */
function columnsOf(positions: Positions): string[][] {
  const columns: { x: number; nodes: string[] }[] = []
  for (const [id, { x }] of Object.entries(positions).sort(([, a], [, b]) => a.x - b.x)) {
    const last = columns.at(-1)
    if (last && x < last.x + nodeSize.width) last.nodes.push(id)
    else columns.push({ x, nodes: [id] })
  }
  return columns.map((column) => column.nodes)
}

/** Aligns blocks that are almost level, which is easier to read than slightly bent wires. */
export function level(positions: Positions): Positions {
  const levelled: Record<string, Point> = {}
  let row: [string, Point][] = []
  const close = (): void => {
    const y = Math.max(...row.map(([, place]) => place.y))
    for (const [id, { x }] of row) levelled[id] = { x, y }
    row = []
  }
  for (const [id, place] of Object.entries(positions).sort(([, a], [, b]) => a.y - b.y)) {
    const first = row[0]?.[1]
    const stacked = row.some(([, other]) => Math.abs(other.x - place.x) < nodeSize.width)
    if (first && (place.y - first.y > nodeGap || stacked)) close()
    row.push([id, place])
  }
  close()
  return levelled
}

/**
 * Wraps a wide graph into rows of at most `most` columns. Rows break where few wires cross, ideally one, so that residual paths stay
 * together; row lengths are balanced.
 */
export function wrapIntoRows(document: LabDocument, positions: Positions, most: number): Positions {
  const columns = columnsOf(positions)
  if (columns.length <= most) return positions
  const columnOf = new Map(columns.flatMap((nodes, index) => nodes.map((id) => [id, index] as const)))
  /** Number of outputs with wires across the start of column k; the wires of one output count once. */
  const crossing = (k: number): number =>
    new Set(
      document.graph.edges
        .filter(({ from, to }) => (columnOf.get(from.node) ?? 0) < k && (columnOf.get(to.node) ?? 0) >= k)
        .map(({ from }) => `${from.node}/${from.port}`),
    ).size
  const ideal = columns.length / Math.ceil(columns.length / most)
  // best[k]: minimum cost of breaking the columns before k into rows, and where the last row starts.
  const best: { cost: number; start: number }[] = [{ cost: 0, start: 0 }]
  for (let end = 1; end <= columns.length; end++) {
    let choice = { cost: Infinity, start: 0 }
    for (let start = Math.max(0, end - most); start < end; start++) {
      const uneven = (end - start - ideal) ** 2 / ideal
      const cut = start === 0 ? 0 : 4 * (crossing(start) - 1)
      const cost = (best[start]?.cost ?? Infinity) + uneven + cut
      if (cost < choice.cost) choice = { cost, start }
    }
    best.push(choice)
  }
  const starts: number[] = []
  for (let end = columns.length; end > 0; end = best[end]?.start ?? 0) starts.unshift(best[end]?.start ?? 0)

  const wrapped: Record<string, Point> = {}
  let top = 0
  starts.forEach((start, row) => {
    const nodes = columns.slice(start, starts[row + 1]).flat()
    const places = level(Object.fromEntries(nodes.map((id) => [id, positions[id] ?? { x: 0, y: 0 }])))
    const left = Math.min(...Object.values(places).map(({ x }) => x))
    const above = Math.min(...Object.values(places).map(({ y }) => y))
    for (const [id, { x, y }] of Object.entries(places)) wrapped[id] = { x: x - left, y: top + y - above }
    top += Math.max(...Object.entries(places).map(([id, { y }]) => y + sizeIn(document, id).height)) - above + rowGap
  })
  return wrapped
}

/** Scale at which these positions fit into the window, at most 1. */
function scaleIn(window: { readonly width: number; readonly height: number }, positions: Positions): number {
  const places = Object.values(positions)
  const span = (axis: 'x' | 'y') =>
    Math.max(...places.map((place) => place[axis])) - Math.min(...places.map((place) => place[axis]))
  return Math.min(1, window.width / (span('x') + nodeSize.width), window.height / (span('y') + nodeSize.height))
}

/** The row layout with the largest scale; fewer rows on a tie. */
export function bestRows(document: LabDocument, positions: Positions, window: { width: number; height: number }): Positions {
  let best = level(positions)
  for (let most = columnsOf(positions).length - 1; most >= 3; most--) {
    const wrapped = wrapIntoRows(document, positions, most)
    if (scaleIn(window, wrapped) > scaleIn(window, best) * 1.05) best = wrapped
  }
  return best
}

/** The edit that tidies the graph for a canvas of this size; null if it is tidy already. */
export async function tidyEdit(
  document: LabDocument,
  elk: Layout,
  window: { width: number; height: number },
): Promise<Edit | null> {
  if (document.graph.nodes.length === 0) return null
  const { children = [] } = await elk.layout(toElk(document))
  const flat = Object.fromEntries(children.map((child) => [child.id, { x: child.x ?? 0, y: child.y ?? 0 }]))
  const positions = bestRows(document, flat, window)
  const places = Object.fromEntries(Object.entries(positions).map(([id, place]) => [id, snap(place)]))
  const tidy = document.graph.nodes.every(({ id, position }) => {
    const place = places[id]
    return place?.x === position.x && place.y === position.y
  })
  return tidy ? null : { type: 'moveNodes', positions: places }
}

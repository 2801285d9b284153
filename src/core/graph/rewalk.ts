/** Problems caused by changing wires only; rebuilds only blocks affected by the change. */
import { groupBy } from '../collections'
import type { Graph, GraphEdge } from '../lab/document'
import type { Diagnostic } from './analysis'
import { samePort } from './edit'
import { expandGroups } from './expansion'
import { widthSources } from './problems'
import { edgeProblems, portKey, wiresByInput } from './structure'
import { visit, walk, type Site, type TypedWire, type Walked } from './walk'

/** Returns the problems of changed wires and of all blocks downstream, for a graph with the nodes of `walked` and no new cycle. */
export function rewalker({ order, ids, stuck, wires, plugged }: Walked, site: Site): (whole: Graph) => readonly Diagnostic[] {
  const places = new Map(order.map((place) => [place.node.id, place]))
  const leaving = groupBy(plugged.values(), ({ from }) => from.node)
  return (whole) => {
    // Removing a wire of a cycle adds blocks to the build order, so walk the whole graph.
    if (stuck.length > 0) return walk(whole, site).problems
    const { graph, problems: unexpanded, outward } = expandGroups(whole)
    const pluggedNow = wiresByInput(graph)
    const added = [...pluggedNow.values()].filter((edge) => !isAmong(plugged, edge))
    const removed = [...plugged.values()].filter((edge) => !isAmong(pluggedNow, edge))
    const reached = new Set([...added, ...removed].map(({ to }) => to.node))
    const problems = added.flatMap((edge) => edgeProblems(edge, ids, places))
    const wiresNow = new Map(wires)
    const surroundings = { plugged: pluggedNow, wires: wiresNow, widthSource: widthSources(graph), site }
    for (const place of order) {
      const { node, block } = place
      if (!reached.has(node.id)) continue
      const outputs = visit(place, surroundings, (problem) => problems.push(problem))
      for (const port of Object.keys(block.outputs)) {
        const key = portKey({ node: node.id, port })
        const wire = outputs[port]
        if (sameType(wires.get(key), wire)) continue
        if (wire) wiresNow.set(key, wire)
        else wiresNow.delete(key)
        for (const { to } of leaving.get(node.id) ?? []) reached.add(to.node)
      }
    }
    return [...unexpanded, ...problems.map(outward)]
  }
}

function isAmong(plugged: ReadonlyMap<string, GraphEdge>, edge: GraphEdge): boolean {
  const same = plugged.get(portKey(edge.to))
  return same === edge || (same !== undefined && samePort(same.from, edge.from))
}

/** Whether two wires are equivalent to any block that reads them. */
function sameType(a: TypedWire | undefined, b: TypedWire | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && typeOf(a) === typeOf(b))
}

/** Equal strings for equivalent wires. */
export const typeOf = ({ node, axes, value, mask, categories }: TypedWire): string =>
  JSON.stringify([node, axes, value.dtype, value.shape, mask?.shape ?? null, categories])

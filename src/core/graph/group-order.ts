/** The nesting order of groups. */
import type { Graph, GraphNode } from '../lab/document'
import { components } from './components'
import { groupOf } from './groups'

export interface GroupOrder {
  /** Names of all definitions used at any depth, each after those it contains. */
  readonly innermostFirst: readonly string[]
  /** Whether `held`, used inside `outer`, contains `outer` at any depth, so that expansion would not terminate. */
  holdsItself(outer: string, held: string | undefined): boolean
}

export function groupOrder(graph: Graph): GroupOrder {
  const groups = graph.groups ?? {}
  const held = (nodes: readonly GraphNode[]): string[] => [
    ...new Set(nodes.flatMap((node) => groupOf(node) ?? []).filter((group) => Object.hasOwn(groups, group))),
  ]
  const found = components(held(graph.nodes), (group) => held(groups[group]!.nodes))
  const componentOf = new Map(found.flatMap((names, index) => names.map((name) => [name, index] as const)))
  return {
    innermostFirst: found.flat(),
    holdsItself: (outer, inner) => inner !== undefined && componentOf.get(outer) === componentOf.get(inner),
  }
}

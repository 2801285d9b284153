/** The current scope in a lab: the whole, or the inside of nested groups. What is shown and edited there, and its full names. */
import type { GraphNode, LabDocument } from '../lab/document'
import type { Diagnostic } from './analysis'
import { insideOf } from './edit'
import { definitionOf, innerId, repetitionsOf } from './groups'
import { lookupOf } from './lookup'

/** An opened group, by its node, and the repetition shown, from 1. */
export interface Step {
  readonly node: string
  readonly repetition: number
}

export interface Scope {
  /** Truncated at groups and repetitions that no longer exist. */
  readonly path: readonly Step[]
  /** The document that is edited: the lab, or the inside of a definition with its ports as wires from and to {@link outside}. */
  readonly document: LabDocument
  /** The name of that definition; null for the whole lab. */
  readonly group: string | null
  /** Prefix of full names in this scope: empty, or `node.repetition.` for each group. */
  readonly prefix: string
}

export function scopeOf(document: LabDocument, wanted: readonly Step[]): Scope {
  let scope: Scope = { path: [], document, group: null, prefix: '' }
  for (const { node: id, repetition } of wanted) {
    const node = nodeIn(scope.document, id)
    const definition = node && definitionOf(document.graph, node)
    if (!node || !definition) break
    const step: Step = { node: id, repetition: Math.min(repetition, repetitionsOf(node)) }
    scope = {
      path: [...scope.path, step],
      document: insideOf(document, definition),
      group: String(node.params['group']),
      prefix: innerId(scope.prefix + id, step.repetition, ''),
    }
  }
  return scope
}

export const nodeIn = ({ graph }: LabDocument, id: string): GraphNode | undefined => lookupOf(graph).nodes.get(id)

/** The name of a block in its own definition: the last part of its full name. */
export const localName = (id: string): string => id.slice(id.lastIndexOf('.') + 1)

/** Problems to show in this scope: inner ones once for all repetitions. */
export function problemsIn(path: readonly Step[], problems: readonly Diagnostic[]): readonly Diagnostic[] {
  if (path.length === 0) return problems
  const seen = new Map<string, Diagnostic>()
  for (const problem of problems) {
    const parts = String(problem.params['node'] ?? '').split('.')
    const node = parts[2 * path.length]
    if (node === undefined || path.some((step, i) => parts[2 * i] !== step.node)) continue
    const key = JSON.stringify([problem.code, node, problem.params['port']])
    if (!seen.has(key)) seen.set(key, { ...problem, node })
  }
  return [...seen.values()]
}

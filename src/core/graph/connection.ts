/** Checks where a dragged wire may be connected. */
import { groupBy } from '../collections'
import { LabError } from '../errors'
import type { Graph, LabDocument, PortRef } from '../lab/document'
import type { Signature } from '../signature'
import type { Diagnostic } from './analysis'
import { buildBlock } from './build'
import { editedBy, insideOf, outside, type Edit } from './edit'
import { GraphBuilder } from './graph-builder'
import { rewalker, typeOf } from './rewalk'
import { ancestors } from './structure'
import { settingsOf, walk, type Settings, type Site, type Wires } from './walk'

/** The problem of a wire from an output to an input; null if it is accepted. */
export type ConnectionChecker = (from: PortRef, to: PortRef) => Diagnostic | null

const refusing = new Set([
  ...['graph.wrong-axes', 'graph.size-mismatch', 'graph.length-mismatch'],
  ...['graph.unknown-port', 'graph.unknown-node'],
])

/**
 * Created when a drag begins and called for each candidate port; within `group`, both ports are in its definition. The existing problems
 * are computed once, and each call builds only blocks whose inputs have not been seen before.
 */
export function connectionChecker(document: LabDocument, signature: Signature, group: string | null = null): ConnectionChecker {
  const definition = group === null ? undefined : document.graph.groups?.[group]
  const { graph } = definition ? insideOf(document, definition) : document
  const site = rememberingSite(document, signature)
  const walked = walk(document.graph, site)
  const before = new Set(walked.problems.map(key))
  const problemsOf = rewalker(walked, site)
  const feeds = feedsIn(graph)
  return (from, to) => {
    const throughPort = from.node === outside || to.node === outside
    if (from.node === to.node || (!throughPort && feeds(to.node, from.node))) {
      return {
        code: 'graph.cycle',
        params: { node: to.node, nodes: `${to.node}, ${from.node}` },
        node: to.node,
        port: to.port,
      }
    }
    const connect: Edit = { type: 'connect', from, to }
    const edited = editedBy(document, group === null ? connect : { type: 'inGroup', group, edit: connect })
    return problemsOf(edited.graph).find((problem) => refusing.has(problem.code) && !before.has(key(problem))) ?? null
  }
}

/** Whether one node feeds another over any number of wires; inside a group, over its own wires only. */
function feedsIn({ edges }: Graph): (node: string, target: string) => boolean {
  const entering = groupBy(
    edges.filter(({ from, to }) => from.node !== outside && to.node !== outside),
    ({ to }) => to.node,
  )
  // Cached, because a wire dragged from an output is checked against the same target repeatedly.
  let last = { target: '', feeding: new Set<string>() }
  return (node, target) => {
    if (last.target !== target) last = { target, feeding: ancestors(entering, target) }
    return last.feeding.has(node)
  }
}

/** Builds each block separately and caches the result by input types, on which alone it depends. */
function rememberingSite({ training }: LabDocument, signature: Signature): Site {
  const settings = new Map<string, Settings>()
  const built = new Map<string, Wires | LabError>()
  return {
    settingsOf(place) {
      const known = settings.get(place.node.id) ?? settingsOf(place)
      settings.set(place.node.id, known)
      return known
    },
    build(place, params, inputs) {
      const types = Object.entries(inputs).map(([port, wire]) => `${port} ${typeOf(wire)}`)
      const entry = `${place.node.id} ${types.join()}`
      const outputs = built.get(entry) ?? attempt(() => buildBlock(scratch(), place, params, inputs))
      built.set(entry, outputs)
      if (outputs instanceof LabError) throw outputs
      return outputs
    },
  }
  function scratch(): GraphBuilder {
    return new GraphBuilder(signature, { mode: 'inspect', batch: training.batchSize, gated: true })
  }
}

function attempt(build: () => Wires): Wires | LabError {
  try {
    return build()
  } catch (error) {
    if (error instanceof LabError) return error
    throw error
  }
}

const key = (problem: Diagnostic): string => JSON.stringify([problem.code, problem.node, problem.port, problem.params])

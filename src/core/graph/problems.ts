/** Problems of blocks that cannot be built, with the edit that repairs them if there is one. */
import type { z } from 'zod'
import type { Axis } from '../blocks/define'
import { groupBy } from '../collections'
import type { LabError } from '../errors'
import type { Graph, GraphEdge, GraphNode, PortRef } from '../lab/document'
import type { Diagnostic } from './analysis'
import { Refusal, type Wire } from './graph-builder'
import type { Place } from './structure'

export function wrongAxes(
  node: string,
  port: string,
  accepted: readonly (readonly Axis[])[],
  wire: Wire & { readonly axes: readonly Axis[] },
): Diagnostic {
  const wanted = accepted.map((axes) => axes.join(' × ')).join(' / ')
  return {
    code: 'graph.wrong-axes',
    params: { node, port, wanted, source: wire.node, given: wire.axes.join(' × ') },
    node,
    port,
  }
}

/** Values out of range, with the default as repair. */
export function paramProblems({ node, block }: Place, { issues }: z.core.$ZodError): Diagnostic[] {
  const defaults = block.params.parse({})
  return [...new Set(issues.map(({ path }) => String(path[0])))].map((param) => ({
    code: 'param.invalid' as const,
    params: { node: node.id, kind: node.kind, param, value: shown(node.params[param]), usual: shown(defaults[param]) },
    node: node.id,
    repair: {
      label: { code: 'repair.use', params: { kind: node.kind, param, value: shown(defaults[param]) } },
      edit: { type: 'setParam', node: node.id, param, value: defaults[param] },
    },
  }))
}

const shown = (value: unknown): string => (value === undefined ? '–' : JSON.stringify(value).slice(0, 80))

/** The problem of a block that refused to build, or of the builder, which has no block. `widthSource` is that of the graph. */
export function refusalProblem(
  error: LabError,
  { id: node, kind }: Pick<GraphNode, 'id' | 'kind'>,
  widthSource: WidthSource,
): Diagnostic {
  const problem: Diagnostic = { code: error.code, params: error.params, ...(error.node !== undefined && { node }) }
  const repair = error instanceof Refusal ? error.repair : undefined
  if (!repair) return problem
  if ('param' in repair) {
    const { param, value } = repair
    const label = { code: 'repair.use', params: { kind, param, value: shown(value) } } as const
    return { ...problem, repair: { label, edit: { type: 'setParam', node, param, value } } }
  }
  const source = widthSource({ node, port: repair.port })
  if (!source) return problem
  return {
    ...problem,
    repair: {
      label: { code: 'repair.use-width', params: { width: repair.width, node: source } },
      edit: { type: 'setParam', node: source, param: 'width', value: repair.width },
    },
  }
}

export type WidthSource = (input: PortRef) => string | null

/** The node that determines the width of an input: upstream along first inputs, the first block with a `width` parameter. */
export function widthSources(graph: Graph): WidthSource {
  let index: { nodes: ReadonlyMap<string, GraphNode>; entering: ReadonlyMap<string, readonly GraphEdge[]> } | undefined
  return ({ node, port }) => {
    index ??= {
      nodes: new Map(graph.nodes.map((entry) => [entry.id, entry])),
      entering: groupBy(graph.edges, ({ to }) => to.node),
    }
    const { nodes, entering } = index
    let edge = entering.get(node)?.findLast(({ to }) => to.port === port)
    for (let steps = 0; edge && steps <= graph.nodes.length; steps++) {
      const source = nodes.get(edge.from.node)
      if (!source) return null
      if ('width' in source.params) return source.id
      edge = entering.get(source.id)?.[0]
    }
    return null
  }
}

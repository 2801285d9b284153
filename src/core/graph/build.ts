/** Walks a graph in order and builds every block whose inputs are known, collecting what goes wrong node by node. */
import type { Axis, BlockDefinition, PortType } from '../blocks/define'
import { LabError } from '../errors'
import type { Graph, GraphNode } from '../lab/document'
import type { Signature } from '../signature'
import type { Diagnostic } from './analysis'
import type { Edit } from './edit'
import { GraphBuilder, Refusal, type BuildOptions, type Wire } from './graph-builder'
import { expandGroups } from './groups'
import { portKey, portOf, structureOf, wiresByInput } from './structure'

type TypedWire = Wire & { readonly axes: readonly Axis[] }

export interface BuiltGraph {
  readonly builder: GraphBuilder
  readonly problems: readonly Diagnostic[]
  /** What each output port carries, by `node/port`. */
  readonly wires: ReadonlyMap<string, TypedWire>
  readonly order: readonly { readonly node: GraphNode; readonly block: BlockDefinition }[]
}

export function buildGraph(whole: Graph, signature: Signature, options: BuildOptions): BuiltGraph {
  const { graph, problems: unexpanded, outward } = expandGroups(whole)
  const builder = new GraphBuilder(signature, options)
  const { order, problems: structural } = structureOf(graph)
  const problems: Diagnostic[] = [...structural]
  const wires = new Map<string, TypedWire>()
  const plugged = wiresByInput(graph)

  for (const { node, block } of order) {
    const inputs: Record<string, TypedWire> = {}
    let ready = true
    for (const [port, type] of Object.entries(block.inputs)) {
      const edge = plugged.get(portKey({ node: node.id, port }))
      const wire = edge && wires.get(portKey(edge.from))
      const accepted = type.like ? [axesOf(type, inputs)] : [type.axes, ...(type.or ?? [])]
      const fits = wire?.value.dtype === type.dtype && accepted.some((axes) => axes.join() === wire.axes.join())
      if (wire && fits) inputs[port] = wire
      else if (edge || !type.optional) ready = false
      if (wire && !fits) problems.push(wrongAxes(node.id, port, accepted, wire))
    }
    const params = block.params.safeParse(node.params)
    if (!params.success)
      problems.push(
        ...paramProblems(
          node,
          block,
          params.error.issues.map((issue) => String(issue.path[0])),
        ),
      )
    if (!ready || !params.success) continue
    try {
      const values = Object.fromEntries(Object.entries(inputs).map(([port, wire]) => [port, wire.value]))
      let outputs: Readonly<Record<string, Wire['value']>> = {}
      const carried = builder.enter(node, inputs, () => {
        outputs = block.build(values, params.data, builder)
        const [first] = Object.entries(outputs)
        const type = first && portOf(block.outputs, first[0])
        if (first && type?.dtype === 'float32') builder.look('output', axesOf(type, inputs), first[1])
      })
      for (const [port, value] of Object.entries(outputs)) {
        const type = portOf(block.outputs, port)
        const axes = type ? axesOf(type, inputs) : []
        wires.set(portKey({ node: node.id, port }), { node: node.id, value, axes, ...carried(port) })
      }
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      problems.push(refusalDiagnostic(graph, error, node.id))
    }
  }
  return { builder, problems: [...unexpanded, ...distinct(problems.map(outward))], wires, order }
}

/** A block of a group that is repeated would tell its problem as many times. */
function distinct(problems: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>()
  return problems.filter(({ code, node, port, params }) => {
    const key = JSON.stringify([code, node, port, { ...params, node: '' }])
    return !seen.has(key) && seen.add(key)
  })
}

/** The axes a port has, once it is known what came in. */
const axesOf = (type: PortType, inputs: Readonly<Record<string, TypedWire>>): readonly Axis[] =>
  (type.like === undefined ? undefined : inputs[type.like]?.axes) ?? type.axes

function wrongAxes(node: string, port: string, accepted: readonly (readonly Axis[])[], wire: TypedWire): Diagnostic {
  const wanted = accepted.map((axes) => axes.join(' × ')).join(' / ')
  return {
    code: 'graph.wrong-axes',
    params: { node, port, wanted, source: wire.node, given: wire.axes.join(' × ') },
    node,
    port,
  }
}

/** A value out of range, each with the default as its repair. */
function paramProblems(node: GraphNode, block: BlockDefinition, names: readonly string[]): Diagnostic[] {
  const defaults = block.params.parse({})
  return [...new Set(names)].map((param) => ({
    code: 'param.invalid' as const,
    params: { node: node.id, param, value: shown(node.params[param]), usual: shown(defaults[param]) },
    node: node.id,
    repair: {
      label: { code: 'repair.use', params: { value: shown(defaults[param]) } },
      edit: { type: 'setParam', node: node.id, param, value: defaults[param] },
    },
  }))
}

const shown = (value: unknown): string => (value === undefined ? '–' : JSON.stringify(value).slice(0, 80))

function refusalDiagnostic(graph: Graph, error: LabError, node: string): Diagnostic {
  const problem: Diagnostic = { code: error.code, params: error.params, node }
  const repair = error instanceof Refusal ? error.repair : undefined
  if (!repair) return problem
  if ('param' in repair) {
    const edit: Edit = { type: 'setParam', node, param: repair.param, value: repair.value }
    return { ...problem, repair: { label: { code: 'repair.use', params: { value: shown(repair.value) } }, edit } }
  }
  const source = widthSource(graph, node, repair.port)
  if (!source) return problem
  return {
    ...problem,
    repair: {
      label: { code: 'repair.use-width', params: { width: repair.width, node: source } },
      edit: { type: 'setParam', node: source, param: 'width', value: repair.width },
    },
  }
}

/** The node that decides how wide an input is: upstream along first inputs to the first block with a `width` parameter. */
function widthSource(graph: Graph, node: string, port: string): string | null {
  const plugged = wiresByInput(graph)
  const nodes = new Map(graph.nodes.map((entry) => [entry.id, entry]))
  let edge = plugged.get(portKey({ node, port }))
  for (let steps = 0; edge && steps <= graph.nodes.length; steps++) {
    const source = nodes.get(edge.from.node)
    if (!source) return null
    if ('width' in source.params) return source.id
    edge = graph.edges.find((candidate) => candidate.to.node === source.id)
  }
  return null
}

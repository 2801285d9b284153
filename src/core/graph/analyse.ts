/** Reads shapes, cost and problems off a graph while it is edited, and says why a wire would be refused. */
import type { Graph, GraphNode, LabDocument, PortRef } from '../lab/document'
import { costOf, flopsOf } from '../program/cost'
import { sizeOf } from '../program/shapes'
import type { Program } from '../program/types'
import type { Signature } from '../signature'
import type { Analysis, Diagnostic, NodeAnalysis } from './analysis'
import { buildGraph, type BuiltGraph } from './build'
import { compile } from './compile'
import { applyEdit, insideOf, outside, type Edit } from './edit'
import { exitOf, portsOfNode } from './groups'
import { ancestors, portKey } from './structure'

/** Everything known of a graph, whole or not. Nothing is trained or run. */
export function analyse(document: LabDocument, signature: Signature): Analysis {
  const built = buildGraph(document.graph, signature, { mode: 'inspect', batch: document.training.batchSize, gated: true })
  const program = built.builder.build()
  const blocks = Object.fromEntries(built.order.map(({ node: { id } }) => [id, analyseNode(id, built, program)]))
  const parameters = Object.values(blocks).reduce((sum, node) => sum + node.parameters, 0)
  const whole = document.graph.nodes.map(
    (node) => [node.id, blocks[node.id] ?? analyseGroup(node, document, built, blocks)] as const,
  )
  const nodes: Readonly<Record<string, NodeAnalysis>> = { ...blocks, ...Object.fromEntries(whole) }
  if (built.problems.length > 0) return { problems: built.problems, nodes, parameters, flopsPerStep: 0, bytes: 0 }
  const cost = costOf(compile(document, signature, { mode: 'train' }))
  return { problems: [], nodes, parameters, flopsPerStep: cost.flops.total, bytes: cost.bytes }
}

function analyseNode(id: string, built: BuiltGraph, program: Program): NodeAnalysis {
  const weights = program.states.filter((state) => state.block === id && state.role === 'weight')
  const ops = program.ops.filter((op) => op.block === id && op.kind !== 'constant')
  const entry = built.order.find(({ node }) => node.id === id)
  const outputs = Object.keys(entry?.block.outputs ?? {}).flatMap((port) => {
    const wire = built.wires.get(portKey({ node: id, port }))
    return wire ? [[port, { axes: wire.axes, shape: wire.value.shape }] as const] : []
  })
  return {
    outputs: Object.fromEntries(outputs),
    parameters: weights.filter((state) => state.trainable).reduce((sum, state) => sum + sizeOf(state.value.shape), 0),
    flops: ops.reduce((sum, op) => sum + flopsOf(op), 0),
    weights: weights.map(({ name, value }) => ({ name, axes: weightAxes(value.shape.length), shape: value.shape })),
    probes: program.probes
      .filter((probe) => probe.block === id)
      .map(({ name, axes, value }) => ({ name, axes, shape: value.shape })),
    gates: program.inputs
      .filter((input) => input.kind === 'gate' && input.block === id)
      .map(({ name, value }) => ({ name, size: sizeOf(value.shape) })),
    operations: ops.map((op) => ({ kind: op.kind, inputs: op.inputs.map((input) => input.shape), output: op.output.shape })),
  }
}

/** All blocks of a group together; what its ports carry is what the blocks behind them do. */
function analyseGroup(
  node: GraphNode,
  { graph }: LabDocument,
  built: BuiltGraph,
  blocks: Readonly<Record<string, NodeAnalysis>>,
): NodeAnalysis {
  const inside = Object.entries(blocks).flatMap(([id, block]) => (id.startsWith(`${node.id}.`) ? [block] : []))
  const outputs = Object.keys(portsOfNode(graph, node)?.outputs ?? {}).flatMap((port) => {
    const wire = built.wires.get(portKey(exitOf(graph, node, port)))
    return wire ? [[port, { axes: wire.axes, shape: wire.value.shape }] as const] : []
  })
  const sum = (figure: 'parameters' | 'flops') => inside.reduce((total, block) => total + block[figure], 0)
  return {
    outputs: Object.fromEntries(outputs),
    parameters: sum('parameters'),
    flops: sum('flops'),
    weights: inside.flatMap(({ weights }) => weights),
    probes: [],
    gates: [],
    operations: inside.flatMap(({ operations }) => operations),
  }
}

const weightAxes = (rank: number): readonly string[] => (rank === 2 ? ['input', 'output'] : ['feature'])

/** Why a wire from an output to an input, both in a group where one is named, would be refused; null if it would do. */
export function connectionProblem(
  document: LabDocument,
  signature: Signature,
  from: PortRef,
  to: PortRef,
  group: string | null = null,
): Diagnostic | null {
  const definition = group === null ? undefined : document.graph.groups?.[group]
  const { graph } = definition ? insideOf(document, definition) : document
  const throughPort = from.node === outside || to.node === outside
  if (from.node === to.node || (!throughPort && ancestors(withoutPorts(graph), from.node).has(to.node))) {
    return { code: 'graph.cycle', params: { node: to.node, nodes: `${to.node}, ${from.node}` }, node: to.node, port: to.port }
  }
  const connect: Edit = { type: 'connect', from, to }
  const edited = applyEdit(document, group === null ? connect : { type: 'inGroup', group, edit: connect })
  const before = new Set(problemsOf(document, signature).map(key))
  const refusing = new Set([
    ...['graph.wrong-axes', 'graph.size-mismatch', 'graph.length-mismatch'],
    ...['graph.unknown-port', 'graph.unknown-node'],
  ])
  return problemsOf(edited, signature).find((problem) => refusing.has(problem.code) && !before.has(key(problem))) ?? null
}

const withoutPorts = (graph: Graph): Graph => ({
  ...graph,
  edges: graph.edges.filter(({ from, to }) => from.node !== outside && to.node !== outside),
})

const key = (problem: Diagnostic): string => JSON.stringify([problem.code, problem.node, problem.port, problem.params])

const problemsOf = (document: LabDocument, signature: Signature): readonly Diagnostic[] =>
  buildGraph(document.graph, signature, { mode: 'inspect', batch: document.training.batchSize, gated: true }).problems

/**
 * Shapes, cost and problems of a graph while it is edited. A pure function from plain data to plain data, so that a page can run it in a
 * worker.
 */
import type { Objective } from '../blocks/define'
import { groupBy } from '../collections'
import { shardsOf, type GraphNode, type LabDocument } from '../lab/document'
import { costOf, flopsOf } from '../program/cost'
import { sizeOf } from '../program/shapes'
import { deadCode } from '../program/passes/dead-code'
import type { Input, Probe, Program, State } from '../program/types'
import type { Signature } from '../signature'
import type { Analysis, Diagnostic, NodeAnalysis, OperationInfo } from './analysis'
import { stateAxes } from './axes'
import { buildGraph, type BuiltGraph } from './build'
import { compile } from './compile'
import { exitOf, portsOfNode } from './groups'
import { seesNextToken } from './lookahead'
import { nameOperations, operationAxes } from './operations'
import { shardProblems } from './shard-problems'
import { portKey, type Place } from './structure'

/** Analyses a graph, valid or not. Nothing is trained or run. */
export function analyse(document: LabDocument, signature: Signature): Analysis {
  const built = buildGraph(document.graph, signature, { mode: 'inspect', batch: document.training.batchSize, gated: true })
  const emitted = emittedBy(built)
  const blocks = built.order.map((place) => [place.node.id, analyseNode(place, built, emitted(place.node.id))] as const)
  const parameters = blocks.reduce((sum, [, node]) => sum + node.parameters, 0)
  const frozen = blocks.reduce((sum, [, node]) => sum + node.frozen, 0)
  const counted = { parameters, frozen }
  const byId = new Map(blocks)
  const inside = groupBy(
    blocks.filter(([id]) => id.includes('.')),
    ([id]) => id.slice(0, id.indexOf('.')),
  )
  const whole = document.graph.nodes.map(
    (node) => [node.id, byId.get(node.id) ?? analyseGroup(node, document, built, inside.get(node.id) ?? [])] as const,
  )
  const nodes = Object.fromEntries([...blocks, ...whole])
  const problems = built.problems.length > 0 ? built.problems : trainingProblems(document, signature)
  if (problems.length > 0) return { problems, warnings: [], nodes, ...counted, flopsPerStep: 0, bytes: 0 }
  const cost = costOf(compile(document, signature, { mode: 'train' }))
  const warnings = signature.causal ? seesNextToken(built) : []
  return { problems: [], warnings, nodes, ...counted, flopsPerStep: cost.flops.total, bytes: cost.bytes }
}

/**
 * Problems of blocks that build but cannot be trained with this batch size or in shards. Where neither matters, the graph is not built again.
 */
function trainingProblems(document: LabDocument, signature: Signature): readonly Diagnostic[] {
  const { batchSize } = document.training
  const shards = shardsOf(document.training)
  if (batchSize > 1 && shards === 1) return []
  const built = buildGraph(document.graph, signature, { mode: 'train', batch: batchSize, gated: false })
  return shards > 1 ? [...built.problems, ...shardProblems(built, document)] : built.problems
}

/** The part of the program emitted by one block. */
interface Emitted {
  readonly weights: readonly State[]
  readonly flops: number
  readonly operations: readonly OperationInfo[]
  readonly probes: readonly Probe[]
  readonly gates: readonly Input[]
}

function emittedBy(built: BuiltGraph): (block: string) => Emitted {
  const program = built.builder.build()
  const { states, ops, probes } = program
  const weights = groupBy(
    states.filter(({ role }) => role === 'weight'),
    ({ block }) => block,
  )
  const axes = operationAxes(built)
  const operations = groupBy(nameOperations(ops), ([, { block }]) => block)
  const looks = groupBy(probes, ({ block }) => block)
  const gates = groupBy(effective(program, built.builder.givenObjective), (input) => (input.kind === 'gate' ? input.block : ''))
  return (block) => ({
    weights: weights.get(block) ?? [],
    flops: (operations.get(block) ?? []).reduce((sum, [, op]) => sum + flopsOf(op), 0),
    operations: (operations.get(block) ?? []).map(([name, { kind, inputs, output }]) => ({
      name,
      kind,
      inputs: inputs.map(({ shape }) => shape),
      output: output.shape,
      axes: axes.get(name)!,
    })),
    probes: looks.get(block) ?? [],
    gates: gates.get(block) ?? [],
  })
}

/** Without an output block, all inputs; otherwise those on which predictions depend, as other gates would mute nothing. */
function effective(program: Program, objective: Objective | null): readonly Input[] {
  return objective ? deadCode({ ...program, outputs: new Map([['logits', objective.logits]]) }).inputs : program.inputs
}

function analyseNode(
  { node: { id }, block }: Place,
  built: BuiltGraph,
  { weights, flops, operations, probes, gates }: Emitted,
): NodeAnalysis {
  const outputs = Object.keys(block.outputs).flatMap((port) => {
    const wire = built.wires.get(portKey({ node: id, port }))
    return wire ? [[port, { axes: wire.axes, shape: wire.value.shape }] as const] : []
  })
  const sum = (states: readonly State[]) => states.reduce((total, { value }) => total + sizeOf(value.shape), 0)
  return {
    outputs: Object.fromEntries(outputs),
    parameters: sum(weights.filter(({ trainable }) => trainable)),
    frozen: sum(weights.filter(({ trainable }) => !trainable)),
    flops,
    weights: weights.map((state) => ({ name: state.name, axes: stateAxes(state), shape: state.value.shape })),
    probes: probes.map(({ name, axes, value }) => ({ name, axes, shape: value.shape })),
    gates: gates.map(({ name, value }) => ({ name, size: sizeOf(value.shape) })),
    operations,
  }
}

/** Totals of all blocks of a group; its ports have the types of the inner ports they lead to. */
function analyseGroup(
  node: GraphNode,
  { graph }: LabDocument,
  built: BuiltGraph,
  blocks: readonly (readonly [string, NodeAnalysis])[],
): NodeAnalysis {
  const inside = blocks.map(([, block]) => block)
  const outputs = Object.keys(portsOfNode(graph, node)?.outputs ?? {}).flatMap((port) => {
    const wire = built.wires.get(portKey(exitOf(graph, node, port)))
    return wire ? [[port, { axes: wire.axes, shape: wire.value.shape }] as const] : []
  })
  const sum = (figure: 'parameters' | 'frozen' | 'flops') => inside.reduce((total, block) => total + block[figure], 0)
  return {
    outputs: Object.fromEntries(outputs),
    parameters: sum('parameters'),
    frozen: sum('frozen'),
    flops: sum('flops'),
    weights: inside.flatMap(({ weights }) => weights),
    probes: [],
    gates: [],
    operations: inside.flatMap(({ operations }) => operations),
  }
}

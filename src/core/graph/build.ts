/** Builds all blocks of a graph into one program, up to the limit on operations. */
import type { Graph, LabDocument } from '../lab/document'
import type { Signature } from '../signature'
import { expandGroups } from './expansion'
import { GraphBuilder, type BuildOptions, type Wire } from './graph-builder'
import { portOf, type Place } from './structure'
import { axesOf, settingsOf, walk, type Walked, type Wires } from './walk'

/** Limit for the forward pass. A recurrent block takes more than ten operations per token. */
const mostOperations = 100_000

type Outputs = Readonly<Record<string, Wire['value']>>

export interface BuiltGraph extends Walked {
  readonly builder: GraphBuilder
}

export function buildGraph(graph: Graph, signature: Signature, options: BuildOptions): BuiltGraph {
  const builder = new GraphBuilder(signature, { mostOperations, ...options })
  const walked = walk(graph, {
    settingsOf,
    build: (place, settings, inputs) => buildBlock(builder, place, settings, inputs),
  })
  return { builder, ...walked }
}

/** Whether a lab has more blocks or operations than `most`; stops building at that limit. */
export function isLargerThan(most: number, { graph, training }: LabDocument, signature: Signature): boolean {
  if (expandGroups(graph).graph.nodes.length > most) return true
  const options = { mode: 'inspect', batch: training.batchSize, gated: true, mostOperations: most } as const
  return buildGraph(graph, signature, options).problems.some(({ code }) => code === 'graph.too-many-operations')
}

/** Builds one block and returns the types of its outputs. Throws LabError if the block refuses. */
export function buildBlock(
  builder: GraphBuilder,
  { node, block }: Place,
  settings: Readonly<Record<string, unknown>>,
  inputs: Wires,
): Wires {
  const values = Object.fromEntries(Object.entries(inputs).map(([port, wire]) => [port, wire.value]))
  let outputs: Outputs = {}
  const carried = builder.enter(node, inputs, () => {
    outputs = block.build(values, settings, builder)
    if (block.family !== 'output') outputs = changeable(builder, block, inputs, outputs)
    const [first] = Object.entries(outputs)
    const type = first && portOf(block.outputs, first[0])
    if (first && type?.dtype === 'float32') builder.look('output', axesOf(type, inputs), first[1])
  })
  return Object.fromEntries(
    Object.entries(outputs).map(([port, value]) => {
      const type = portOf(block.outputs, port)
      return [port, { node: node.id, value, axes: type ? axesOf(type, inputs) : [], ...carried(port) }]
    }),
  )
}

/**
 * Makes the outputs something to try changes on: all of them have one gate, unless the block has placed gates itself, and each of their
 * positions is a place for patches, or each output that has no positions.
 */
function changeable(builder: GraphBuilder, { outputs: ports }: Place['block'], inputs: Wires, outputs: Outputs): Outputs {
  const { hasGate } = builder
  return Object.fromEntries(
    Object.entries(outputs).map(([port, value]) => {
      const type = portOf(ports, port)
      if (type?.dtype !== 'float32') return [port, value]
      const axes = axesOf(type, inputs)
      const x = hasGate ? value : builder.gate('output', value)
      return [port, axes[0] === 'batch' ? builder.patch(port, axes.slice(0, -1), x) : x]
    }),
  )
}

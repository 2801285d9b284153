/**
 * A small model around any block of the catalogue, for every choice of its settings, and its feeds: for tests over all blocks. A new kind
 * of port, output or data needs an entry in the tables here.
 */
import { groupBy } from '../collections'
import { ancestors } from '../graph/structure'
import { fullSignature, lab } from '../graph/testing'
import type { LabDocument } from '../lab/document'
import { sizeOf } from '../program/shapes'
import type { Program, State, Value } from '../program/types'
import { stream } from '../random/stream'
import type { Aim, Signature } from '../signature'
import { fieldsOf } from '../fields'
import type { BlockDefinition } from './define'
import { blockByKind, blocks } from './index'

export type Settings = Readonly<Record<string, unknown>>

const attention: readonly Settings[] = [
  { scale: 'number', factor: 0.3 },
  { mask: 'window', window: 1 },
  { mask: 'causal-window', window: 1 },
  { mask: 'causal-window', window: 0 },
  { mask: 'without-diagonal', normaliser: 'sparsemax' },
  { mask: 'causal', normaliser: 'relu' },
  { mask: 'causal', normaliser: 'sigmoid', positions: 'alibi' },
  { keyWidth: 6 },
  { keyWidth: 6, score: 'additive', positions: 'rope' },
  { positions: 'rope', rotaryPairs: 'halves', rotaryBase: 100, rotaryStretch: 2 },
  { weightDropout: 0.25 },
  { keyWidth: 6, score: 'bilinear', bias: false },
]
const heads: readonly Settings[] = [
  ...attention,
  { valueWidth: 3, merge: 'sum' },
  { valueWidth: 3, headWidth: 'full' },
  { heads: 1 },
  { heads: 4, keyValueHeads: 2, score: 'additive' },
  { keyValueHeads: 1, score: 'bilinear' },
  { keyValueHeads: 1, mask: 'causal', positions: 'alibi', merge: 'mean' },
]

/** Further settings to test, by kind. */
const more: Readonly<Record<string, readonly Settings[]>> = {
  'self-attention': [...attention, { valueWidth: 3 }, { rank: 2, alpha: 3 }],
  'multi-head': [
    ...heads,
    { rank: 2, alpha: 3, adaptKey: true, adaptOutput: true },
    { rank: 1, keyValueHeads: 1, bias: false },
  ],
  'cross-attention': [...heads, { rank: 2, alpha: 3, adaptKey: true, adaptQuery: false }],
  'feed-forward': [
    { rank: 2, alpha: 3 },
    { rank: 3, alpha: 1, activation: 'swiglu', bias: false },
  ],
  linear: [{ rank: 2, alpha: 3 }],
  position: [{ method: 'learned', rows: 9 }],
}

/** The defaults, every other choice of each setting with choices, and {@link more}. */
function variants({ kind, params }: BlockDefinition): Settings[] {
  const others = fieldsOf(params).flatMap((field): Settings[] => {
    if (field.type === 'boolean') return [{ [field.name]: !field.default }]
    if (field.type === 'choice') return field.choices.filter((c) => c !== field.default).map((c) => ({ [field.name]: c }))
    return field.name === 'dropout' || field.name === 'rate' ? [{ [field.name]: 0.25 }] : []
  })
  return [{}, ...others, ...(more[kind] ?? [])]
}

/** Every block with every choice of its settings. */
export const cases = blocks.flatMap((block) => variants(block).map((settings) => [block.kind, settings] as const))

/** The output block for the outputs of a block, and the task aim it needs. Output blocks need no other. */
const outputsByAxes: Readonly<Record<string, { readonly block: string; readonly aim: Aim }>> = {
  'batch,token,feature': { block: 'classifier', aim: 'tokens' },
  'batch,feature': { block: 'sequence-classifier', aim: 'sequence' },
}
const outputAims: Readonly<Record<string, Aim>> = {
  classifier: 'tokens',
  'next-token': 'tokens',
  'sequence-classifier': 'sequence',
  'multi-label': 'labels',
  regression: 'number',
}

const axesOf = ({ outputs }: BlockDefinition): string => Object.values(outputs)[0]?.axes.join() ?? ''
/** Blocks that may change the number of tokens: pooled before the output. */
const pooled: ReadonlySet<string> = new Set(['tokens', 'concat', 'slice'])
const outputOf = (block: BlockDefinition) =>
  outputsByAxes[pooled.has(block.kind) ? 'batch,feature' : axesOf(block)] ?? { block: 'classifier', aim: 'tokens' }
const aimOf = (block: BlockDefinition): Aim => outputAims[block.kind] ?? outputOf(block).aim

/** Sources of each kind of port; its n-th port of a kind is connected to the n-th source. */
const sources: Readonly<Record<string, readonly string[]>> = {
  'batch,token': ['tokens.ids'],
  'batch,token,feature': ['position.y', 'embedding.y'],
  'batch,feature': ['pool.y', 'pool.y'],
  'batch,query,key': ['dot-products.scores'],
  'vocabulary,feature': ['embedding.table'],
}
/** Ports connected to the second sequence. */
const memoryPorts: ReadonlySet<string> = new Set(['memory'])

const small: Readonly<Record<string, Settings>> = {
  embedding: { width: 4 },
  position: { method: 'learned' },
  'multi-head': { heads: 2 },
  'cross-attention': { heads: 2 },
  'feed-forward': { hidden: 6 },
  recurrent: { width: 4 },
}
/** Overrides {@link small} for settings it does not suit. */
const fitting = (kind: string, settings: Settings): Settings =>
  kind === 'recurrent' && settings.direction === 'both' ? { ...settings, width: 2 } : settings

/** A small model around the block: both sequences embedded, its ports connected, and an output block. */
export function modelWith(kind: string, settings: Settings): LabDocument {
  const block = blockByKind(kind)
  if (!block) throw new Error(`no block ${kind}`)
  const node = (name: string): [string, Settings] => [
    name,
    { ...small[name.split(' as ')[0] ?? ''], ...(name === kind ? fitting(kind, settings) : {}) },
  ]
  const nodes = new Map<string, [string, Settings]>()
  const wires: string[] = []
  const add = (id: string, ports: readonly string[], name = id): void => {
    if (nodes.has(id)) return
    nodes.set(id, node(name))
    wires.push(...ports)
  }
  const provide = (source: string): string => {
    const [id = ''] = source.split('.')
    if (id === 'pool') add('pool', ['position.y > pool.x'])
    if (id === 'dot-products') add(id, ['position.y > dot-products.queries', 'embedding.y > dot-products.keys'])
    if (id === kind && axesOf(block) === 'batch,query,key') {
      add('weighted-sum', [`${source} > weighted-sum.weights`, 'embedding.y > weighted-sum.values'])
      return 'weighted-sum.y'
    }
    if (id === 'memory') {
      nodes.set('source', ['tokens as source', { sequence: 'source' }])
      nodes.set('memory', ['embedding as memory', { width: 4 }])
      wires.push('source.ids > memory.ids')
    }
    return source
  }
  add('tokens', [])
  add('embedding', ['tokens.ids > embedding.ids'])
  add('position', ['embedding.y > position.x'])
  const seen: Record<string, number> = {}
  const plugs = Object.entries(block.inputs).map(([port, { axes }]) => {
    const type = axes.join()
    const index = (seen[type] = (seen[type] ?? -1) + 1)
    return `${provide(memoryPorts.has(port) ? 'memory.y' : (sources[type]?.[index] ?? ''))} > ${kind}.${port}`
  })
  add(kind, plugs)
  const output = outputOf(block).block
  const framed = kind === 'tokens' || kind === 'embedding' || kind === 'position' // these are connected to the output already
  const given = framed ? 'position.y' : `${kind}.${Object.keys(block.outputs)[0] ?? ''}`
  if (pooled.has(kind)) add('pool', [`${given} > pool.x`])
  if (block.family !== 'output') add(output, [`${pooled.has(kind) ? 'pool.y' : provide(given)} > ${output}.x`])
  const training = { batchSize: 2, learningRate: 1, clipNorm: null, optimiser: { kind: 'sgd', momentum: 0 } }
  const document = lab([...nodes.values()], wires, training)
  const needed = ancestors(
    groupBy(document.graph.edges, ({ to }) => to.node),
    block.family === 'output' ? kind : output,
  )
  const { nodes: all, edges } = document.graph
  return {
    ...document,
    graph: { nodes: all.filter(({ id }) => needed.has(id)), edges: edges.filter(({ to }) => needed.has(to.node)) },
  }
}

/** Weights away from zero, so that no gradient vanishes by symmetry; running statistics are positive, as variances are. */
export function weightsOf(states: readonly State[]): Record<string, Float32Array> {
  return Object.fromEntries(
    states.map(({ name, role, value }) => {
      const values = new Float32Array(sizeOf(value.shape))
      stream(11, name).fillNormal(values, 0.1, 0.6)
      return [name, role === 'buffer' ? values.map((x) => 0.5 + Math.abs(x)) : values]
    }),
  )
}

const TOKENS = [1, 3, 2, 4, 0, 0, /**/ 2, 2, 1, 3, 4, 1]
const TARGETS = [4, 1, 1, 2, 0, 0, /**/ 3, 1, 2, 4, 1, 3]
const MASK = [1, 1, 1, 1, 0, 0, /**/ 1, 1, 1, 1, 1, 1]

const SOURCE = [3, 1, 2, 0, 0, /**/ 1, 1, 2, 3, 2]
const SOURCE_MASK = [1, 1, 1, 0, 0, /**/ 1, 1, 1, 1, 1]

/** Targets of any aim, as many as the program needs. */
function targetsOf({ dtype, shape }: Value): number[] {
  if (dtype === 'float32') return Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 7) % 3 === 0 ? 1 : 0))
  return TARGETS.slice(0, sizeOf(shape))
}

/** Feeds with all gates and dropout masks at 1. */
export function feedsOf(program: Program): Record<string, Float32Array | Int32Array> {
  const data: Readonly<Record<string, readonly number[]>> = {
    tokens: TOKENS,
    mask: MASK,
    source: SOURCE,
    sourceMask: SOURCE_MASK,
    learningRate: [1],
  }
  return Object.fromEntries(
    program.inputs.map(({ name, value }) => {
      const numbers = (name === 'targets' ? targetsOf(value) : data[name]) ?? new Array<number>(sizeOf(value.shape)).fill(1)
      return [name, value.dtype === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers)]
    }),
  )
}

/** A signature with the aim of the block, or of the output block behind it. */
export function signatureFor(kind: string, padded: boolean): Signature {
  const signature = fullSignature(aimOf(blockByKind(kind) ?? blocks[0]))
  return { ...signature, padded, source: signature.source && { ...signature.source, padded } }
}

/** The parts that most models are made of: an embedding with positions, layers of attention and feed-forward network, and outputs. */
import type { Composition } from './compose'
import type { GraphNode, LabDocument } from '../lab/document'

type Params = GraphNode['params']

export interface EmbeddingOptions {
  readonly width: number
  readonly embedding?: Params
  /** Parameters of the position block; null for none. */
  readonly position?: Params | null
  /** Which of the task's sequences; its blocks are then named after it. */
  readonly sequence?: 'tokens' | 'source'
}

/** Tokens, their embedding and positions. Gives the id of the last block. */
export function embed(c: Composition, options: EmbeddingOptions): string {
  const { width, embedding = {}, position = { method: 'learned' }, sequence = 'tokens' } = options
  const named = (id: string): string => (sequence === 'source' ? `source-${id}` : id)
  const tokens = c.place(sequence, 'tokens', sequence === 'source' ? { sequence } : {})
  const rows = c.place(named('embedding'), 'embedding', { width, ...embedding }, { ids: tokens })
  return position ? c.place(named('position'), 'position', position, { x: rows }) : rows
}

export interface LayersOptions {
  readonly layers?: number
  /** Kind of the attention block. */
  readonly kind?: string
  readonly attention?: Params
  /** Parameters of the feed-forward network; null for none. */
  readonly feedForward?: Params | null
  /** Where layers are normalised: before each block, with one norm after the last (Xiong et al. 2020); after each sum; or nowhere. */
  readonly norms?: 'before' | 'after' | 'none'
  readonly norm?: Params
  /** Block whose sequence is attended to as well, by cross attention after the self-attention. */
  readonly memory?: string | null
  readonly cross?: Params
  /** Put in front of every id. */
  readonly prefix?: string
}

/** Layers on a stream, each block in a residual connection. Gives the id of the last block. */
export function layers(c: Composition, from: string, options: LayersOptions = {}): string {
  const { layers: count = 1, kind = 'multi-head', attention = {}, feedForward = {}, norms = 'before', norm = {} } = options
  const { memory = null, cross = {}, prefix = '' } = options
  let stream = from
  for (let layer = 1; layer <= count; layer++) {
    const id = (name: string): string => `${prefix}${name}-${layer}`
    const residual = (name: string, block: string, params: Params, others: Readonly<Record<string, string>> = {}): void => {
      const x = norms === 'before' ? c.place(id(`norm-${name}`), 'norm', norm, { x: stream }) : stream
      const branch = c.place(id(name), block, params, { x, ...others })
      stream = c.place(id(`add-${name}`), 'add', {}, { a: stream, b: branch })
      if (norms === 'after') stream = c.place(id(`norm-${name}`), 'norm', norm, { x: stream })
    }
    residual('attention', kind, attention)
    if (memory) residual('cross', 'cross-attention', cross, { memory })
    if (feedForward) residual('feed-forward', 'feed-forward', feedForward)
  }
  return norms === 'before' ? c.place(`${prefix}norm`, 'norm', norm, { x: stream }) : stream
}

/** One class for a whole sequence, or what else the output block gives: the stream is pooled first. */
export function judgeSequence(
  c: Composition,
  x: string,
  { method = 'mean', output = 'sequence-classifier', params = {} } = {},
): void {
  c.place('pool', 'pool', { method }, { x })
  c.place('output', output, params, { x: 'pool' })
}

/** Self-attention with one head out of plain parts: it computes what the block computes. Gives the id of the weighted sum. */
export function attentionFromScratch(c: Composition, x: string, width: number): string {
  const [queries, keys, values] = ['query', 'key', 'value'].map((id) => c.place(id, 'linear', { width }, { x }))
  const products = c.place('dot-products', 'dot-products', {}, { queries: queries!, keys: keys! })
  const scores = c.place('scale', 'scale', { factor: 1 / Math.sqrt(width) }, { x: products })
  const weights = c.place('softmax', 'softmax', {}, { scores })
  return c.place('weighted-sum', 'weighted-sum', {}, { weights, values: values! })
}

/** Reads the source both ways, and writes with a causal decoder that looks at it by cross attention; without, it writes blindly. */
export function encoderDecoder(
  c: Composition,
  { width, reads = true, ...options }: { readonly width: number; readonly reads?: boolean } & LayersOptions,
): void {
  const memory = reads ? layers(c, embed(c, { width, sequence: 'source' }), { ...options, prefix: 'source-' }) : null
  const attention = { ...options.attention, mask: 'causal' }
  const x = layers(c, embed(c, { width }), { ...options, attention, memory })
  c.place('next-token', 'next-token', {}, { x })
}

/** The same lab with some weights of the blocks of a kind frozen; all of them unless they are named. */
export function freeze(lab: LabDocument, isFrozen: (node: GraphNode) => boolean, weights?: readonly string[]): LabDocument {
  const frozen = (node: GraphNode): GraphNode =>
    weights
      ? { ...node, weights: { ...node.weights, ...Object.fromEntries(weights.map((name) => [name, { frozen: true }])) } }
      : { ...node, frozen: true }
  const nodes = lab.graph.nodes.map((node) => (isFrozen(node) ? frozen(node) : node))
  return { ...lab, graph: { ...lab.graph, nodes } }
}

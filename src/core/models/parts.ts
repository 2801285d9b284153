/** Common parts of models: embedding with positions, layers of attention and feed-forward network, and outputs. */
import type { Composition } from './compose'
import type { GraphNode, LabDocument } from '../lab/document'

type Params = GraphNode['params']

export interface EmbeddingOptions {
  readonly width: number
  readonly embedding?: Params
  /** Parameters of the position block; null for none. */
  readonly position?: Params | null
  /** The task's sequence to embed; prefixes the ids of its blocks. */
  readonly sequence?: 'tokens' | 'source'
}

/** Adds tokens, embedding and positions. Returns the id of the last block. */
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
  /** Parameters of the attention in the last layer that differ. */
  readonly last?: Params
  /** Parameters of the feed-forward network; null for none. */
  readonly feedForward?: Params | null
  /** Position of norms: before each block, with a final norm (pre-norm, Xiong et al. 2020); after each sum (post-norm); or none. */
  readonly norms?: 'before' | 'after' | 'none'
  readonly norm?: Params
  /** Block whose sequence is attended to by cross attention, after the self-attention. */
  readonly memory?: string | null
  readonly cross?: Params
  /** Prefix of all ids. */
  readonly prefix?: string
}

/** Adds layers to a residual stream. Returns the id of the last block. */
export function layers(c: Composition, from: string, options: LayersOptions = {}): string {
  const { layers: count = 1, kind = 'multi-head', attention = {}, last = {}, feedForward = {} } = options
  const { norms = 'before', norm = {}, memory = null, cross = {}, prefix = '' } = options
  let stream = from
  for (let layer = 1; layer <= count; layer++) {
    const id = (name: string): string => `${prefix}${name}-${layer}`
    const residual = (name: string, block: string, params: Params, others: Readonly<Record<string, string>> = {}): void => {
      const x = norms === 'before' ? c.place(id(`norm-${name}`), 'norm', norm, { x: stream }) : stream
      const branch = c.place(id(name), block, params, { x, ...others })
      stream = c.place(id(`add-${name}`), 'add', {}, { a: stream, b: branch })
      if (norms === 'after') stream = c.place(id(`norm-${name}`), 'norm', norm, { x: stream })
    }
    residual('attention', kind, layer === count ? { ...attention, ...last } : attention)
    if (memory) residual('cross', 'cross-attention', cross, { memory })
    if (feedForward) residual('feed-forward', 'feed-forward', feedForward)
  }
  return norms === 'before' ? c.place(`${prefix}norm`, 'norm', norm, { x: stream }) : stream
}

/** Adds pooling and an output block for whole sequences. */
export function judgeSequence(
  c: Composition,
  x: string,
  { method = 'mean', output = 'sequence-classifier', params = {} } = {},
): void {
  c.place('pool', 'pool', { method }, { x })
  c.place('output', output, params, { x: 'pool' })
}

/** Adds self-attention with one head from elementary blocks, equivalent to the attention block. Returns the id of the weighted sum. */
export function attentionFromScratch(c: Composition, x: string, width: number): string {
  const [queries, keys, values] = ['query', 'key', 'value'].map((id) => c.place(id, 'linear', { width }, { x }))
  const products = c.place('dot-products', 'dot-products', {}, { queries: queries!, keys: keys! })
  const scores = c.place('scale', 'scale', { factor: 1 / Math.sqrt(width) }, { x: products })
  const weights = c.place('softmax', 'softmax', {}, { scores })
  return c.place('weighted-sum', 'weighted-sum', {}, { weights, values: values! })
}

/** An encoder with bidirectional attention and a causal decoder with cross attention, or a decoder without access to the source. */
export function encoderDecoder(
  c: Composition,
  { width, reads = true, ...options }: { readonly width: number; readonly reads?: boolean } & LayersOptions,
): void {
  const memory = reads ? layers(c, embed(c, { width, sequence: 'source' }), { ...options, prefix: 'source-' }) : null
  const attention = { ...options.attention, mask: 'causal' }
  const x = layers(c, embed(c, { width }), { ...options, attention, memory })
  c.place('next-token', 'next-token', {}, { x })
}

/** Freezes weights of matching blocks: the named ones, or all. */
export function freeze(lab: LabDocument, isFrozen: (node: GraphNode) => boolean, weights?: readonly string[]): LabDocument {
  const frozen = (node: GraphNode): GraphNode =>
    weights
      ? { ...node, weights: { ...node.weights, ...Object.fromEntries(weights.map((name) => [name, { frozen: true }])) } }
      : { ...node, frozen: true }
  const nodes = lab.graph.nodes.map((node) => (isFrozen(node) ? frozen(node) : node))
  return { ...lab, graph: { ...lab.graph, nodes } }
}

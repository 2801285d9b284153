/** The four standard models that engines are compared on: pre-norm GPTs, built as lab documents from our own blocks. */
import { training, type GraphEdge, type GraphNode, type LabDocument } from './document'

export interface StandardModel {
  readonly width: number
  readonly layers: number
  readonly heads: number
  /** Tokens of a sequence. */
  readonly length: number
  /** Sequences of a batch. */
  readonly batch: number
  readonly vocabulary: number
}

export const standardModels = {
  tiny: { width: 32, layers: 1, heads: 4, length: 32, batch: 16, vocabulary: 32 },
  small: { width: 64, layers: 2, heads: 4, length: 64, batch: 16, vocabulary: 65 },
  nano: { width: 128, layers: 4, heads: 4, length: 64, batch: 12, vocabulary: 65 },
  medium: { width: 256, layers: 6, heads: 8, length: 128, batch: 16, vocabulary: 65 },
} as const satisfies Readonly<Record<string, StandardModel>>
export type ModelName = keyof typeof standardModels

/** Exact GELU, learned positions, biases, untied head, AdamW; what it learns is {@link standardText}. */
export function standardLab(title: string, { width, layers, heads, length, batch }: StandardModel): LabDocument {
  const nodes: GraphNode[] = []
  const edges: GraphEdge[] = []
  const out = (node: string): string => (node === 'tokens' ? 'ids' : 'y')
  const place = (id: string, kind: string, params: GraphNode['params'], inputs: Readonly<Record<string, string>>): string => {
    nodes.push({ id, kind, params, position: { x: 200 * nodes.length, y: 0 } })
    for (const [port, source] of Object.entries(inputs)) {
      edges.push({ from: { node: source, port: out(source) }, to: { node: id, port } })
    }
    return id
  }

  place('tokens', 'tokens', {}, {})
  place('embedding', 'embedding', { width, deviation: 0.02 }, { ids: 'tokens' })
  let stream = place('position', 'position', { method: 'learned', deviation: 0.02 }, { x: 'embedding' })
  for (let layer = 1; layer <= layers; layer++) {
    const residual = (name: string, kind: string, params: GraphNode['params']): string => {
      const norm = place(`norm-${name}-${layer}`, 'norm', {}, { x: stream })
      const branch = place(`${name}-${layer}`, kind, params, { x: norm })
      return place(`add-${name}-${layer}`, 'add', {}, { a: stream, b: branch })
    }
    stream = residual('attention', 'multi-head', { heads, mask: 'causal' })
    stream = residual('feed-forward', 'feed-forward', { hidden: 4 * width, activation: 'gelu' })
  }
  place('norm', 'norm', {}, { x: stream })
  place('classifier', 'classifier', {}, { x: 'norm' })

  return {
    format: 'attention-lab',
    version: 1,
    title,
    summary: '',
    task: { kind: 'characters', params: { length } },
    graph: { nodes, edges },
    training: training.parse({
      steps: 10_000_000,
      batchSize: batch,
      seed: 1,
      learningRate: 1e-3,
      optimiser: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
      clipNorm: null,
      evaluateEvery: 1_000_000,
    }),
  }
}

/** A text with exactly as many different characters as the vocabulary has, in an order that never settles. */
export function standardText({ vocabulary }: StandardModel): string {
  let state = 1
  const characters = Array.from({ length: 20_000 }, (_, i) => {
    state = (state * 48_271) % 2_147_483_647 // Park and Miller's generator
    return String.fromCodePoint(0x21 + ((i < vocabulary ? i : state) % vocabulary))
  })
  return characters.join('')
}

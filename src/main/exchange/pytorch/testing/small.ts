/** Small models for tests of exports: every block with every choice of its settings, and what those do not show. */
import { cases, modelWith, signatureFor } from '@core/blocks/testing'
import { lab } from '@core/graph/testing'
import type { GraphNode, LabDocument } from '@core/lab/document'
import type { Signature } from '@core/signature'

export interface Small {
  readonly name: string
  readonly lab: LabDocument
  readonly signature: Signature
}

const sgd = { batchSize: 2, learningRate: 1, clipNorm: null, optimiser: { kind: 'sgd', momentum: 0 } } as const

const row = (first: number): string => [0, 1, 2, 3, 4, 5].map((i) => (i + first) / 10).join(' ')
const painted = (head: number) => ({ head, rows: [0, 1, 2, 3, 4, 5].map((query) => row(query + head)) })

const mapped = (given: LabDocument, change: (node: GraphNode) => GraphNode): LabDocument => ({
  ...given,
  graph: { ...given.graph, nodes: given.graph.nodes.map(change) },
})
const smoothed = (given: LabDocument): LabDocument => ({
  ...given,
  training: { ...given.training, labelSmoothing: 0.2 },
})
const frozen = (given: LabDocument): LabDocument =>
  mapped(given, (node) => {
    if (node.kind === 'embedding') return { ...node, frozen: true }
    return node.kind === 'multi-head' ? { ...node, weights: { 'query-bias': { frozen: true } } } : node
  })

const wholly = (given: LabDocument): LabDocument =>
  mapped(given, (node) => (node.kind === 'multi-head' ? { ...node, frozen: true } : node))

const odd: Readonly<Record<string, string>> = {
  tokens: 'mask',
  embedding: 'lambda',
  position: 'forward',
  'multi-head': '1-2',
  classifier: '1_2',
}
function named(given: LabDocument): LabDocument {
  const { nodes, edges } = given.graph
  const renamed = ({ node, port }: { node: string; port: string }) => ({ node: odd[node]!, port })
  return {
    ...given,
    graph: {
      nodes: nodes.map((node) => ({ ...node, id: odd[node.id]! })),
      edges: edges.map(({ from, to }) => ({ from: renamed(from), to: renamed(to) })),
    },
  }
}

function grouped(): LabDocument {
  const layer = lab(
    ['norm', ['feed-forward', { hidden: 6 }], 'add'],
    ['norm.y > feed-forward.x', 'feed-forward.y > add.a', 'norm.y > add.b'],
  )
  const around = lab(['tokens', ['embedding', { width: 4 }], 'classifier'], ['tokens.ids > embedding.ids'], sgd)
  const layers = { id: 'layers', kind: 'group', params: { group: 'layer', repeat: 3 }, position: { x: 0, y: 0 } }
  const wire = (from: string, to: string) => ({ from: { node: from, port: 'y' }, to: { node: to, port: 'x' } })
  const inputs = [{ name: 'x', to: [{ node: 'norm', port: 'x' }] }]
  const outputs = [{ name: 'y', from: { node: 'add', port: 'y' } }]
  return {
    ...around,
    graph: {
      nodes: [...around.graph.nodes, layers],
      edges: [...around.graph.edges, wire('embedding', 'layers'), wire('layers', 'classifier')],
      groups: { layer: { title: 'Layer', ...layer.graph, inputs, outputs, params: [] } },
    },
  }
}

const joined = (): LabDocument =>
  lab(
    [
      'tokens',
      ['tokens as source', { sequence: 'source' }],
      ['embedding', { width: 4 }],
      ['embedding as other', { width: 4 }],
      ['concat', { axis: 'token' }],
      ['multi-head', { heads: 2 }],
      ['slice', { axis: 'token', start: 2, size: 6 }],
      'classifier',
    ],
    [
      'tokens.ids > embedding.ids',
      'source.ids > other.ids',
      'embedding.y > concat.a',
      'other.y > concat.b',
      'concat.y > multi-head.x',
      'multi-head.y > slice.x',
      'slice.y > classifier.x',
    ],
    sgd,
  )

const paddedFor = (kind: string): Signature => signatureFor(kind, true)
const more: readonly (readonly [string, LabDocument, Signature])[] = [
  ['painted maps', modelWith('multi-head', { maps: [painted(1), painted(0)], mask: 'causal' }), paddedFor('multi-head')],
  ['several labels for one classifier', modelWith('sequence-classifier', {}), paddedFor('multi-label')],
  ['one class for many labels', modelWith('multi-label', {}), paddedFor('sequence-classifier')],
  ['scored tokens only', modelWith('classifier', {}), { ...paddedFor('classifier'), scored: true }],
  ['label smoothing', smoothed(modelWith('classifier', {})), paddedFor('classifier')],
  ['label smoothing of shared labels', smoothed(modelWith('sequence-classifier', {})), paddedFor('multi-label')],
  ['frozen blocks and weights', frozen(modelWith('multi-head', {})), paddedFor('multi-head')],
  ['a frozen block with adapters', wholly(modelWith('multi-head', { rank: 2, alpha: 3 })), paddedFor('multi-head')],
  ['names that Python or PyTorch have', named(modelWith('multi-head', {})), paddedFor('multi-head')],
  ['a repeated group', grouped(), paddedFor('classifier')],
  ['a padded sequence behind another', joined(), { ...paddedFor('classifier'), padded: false }],
]

/** Settings that are numbers. */
const numbers: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['norm', { epsilon: 0.1 }],
  ['norm', { method: 'rms', epsilon: 0.1 }],
  ['norm', { method: 'batch', epsilon: 0.1, momentum: 0.3 }],
  ['slice', { start: 1, size: 2 }],
  ['slice', { axis: 'token', start: 2, size: 3 }],
  ['scale', { factor: -0.5 }],
  ['softmax', { mask: 'window', window: 2 }],
  ['segment', { separator: 2, segments: 3 }],
  ['embedding', { width: 5, scale: true }],
  ['feed-forward', { hidden: 3 }],
  ['linear', { width: 3 }],
]

export const small: readonly Small[] = [
  ...cases.flatMap(([kind, settings]) =>
    [true, false].map((padded) => ({
      name: `${kind} ${JSON.stringify(settings)}, ${padded ? 'padded' : 'without padding'}`,
      lab: modelWith(kind, settings),
      signature: signatureFor(kind, padded),
    })),
  ),
  ...numbers.map(([kind, settings]) => ({
    name: `${kind} ${JSON.stringify(settings)}`,
    lab: modelWith(kind, settings),
    signature: paddedFor(kind),
  })),
  ...more.map(([name, document, signature]) => ({ name, lab: document, signature })),
]

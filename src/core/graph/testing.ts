/** Compact labs for tests. */
import { blockByKind } from '../blocks'
import { labDocument, type LabDocument, type PortRef } from '../lab/document'
import type { Aim, Signature } from '../signature'

/** One padded sequence with a class per token; vocabulary and classes of size 5. */
export const signature: Signature = {
  aim: 'tokens',
  length: 6,
  vocabulary: 5,
  classes: 5,
  padded: true,
  causal: false,
  source: null,
  written: null,
  features: 0,
  scored: false,
}

/** With everything a block may need: a second sequence, numeric inputs, and the given aim. */
export const fullSignature = (aim: Aim): Signature => ({
  ...signature,
  aim,
  source: { length: 5, vocabulary: 4, padded: signature.padded },
  features: 2,
})

const port = (text: string): PortRef => {
  const [node = '', name = ''] = text.split('.')
  return { node, port: name }
}

/** `lab(['tokens', ['embedding', { width: 8 }]], ['tokens.ids > embedding.ids'])`; a node's id is its kind unless `kind as id`. */
export function lab(
  nodes: readonly (string | readonly [string, Readonly<Record<string, unknown>>])[],
  wires: readonly string[],
  training: Readonly<Record<string, unknown>> = {},
): LabDocument {
  return labDocument.parse({
    format: 'attention-lab',
    version: 1,
    title: 'Test',
    task: { kind: 'reverse', params: {} },
    graph: {
      nodes: nodes.map((entry) => {
        const [name, params] = typeof entry === 'string' ? [entry, {}] : entry
        const [kind = '', id = kind] = name.split(' as ')
        return { id, kind, params: { ...blockByKind(kind)?.params.parse({}), ...params }, position: { x: 0, y: 0 } }
      }),
      edges: wires.map((wire) => {
        const [from = '', to = ''] = wire.split(' > ')
        return { from: port(from), to: port(to) }
      }),
    },
    training: { batchSize: 4, ...training },
  })
}

/** tokens → embedding → position → multi-head → add → norm → classifier, a typical first model. */
export const firstModel = (width = 8, heads = 2): LabDocument =>
  lab(
    [
      'tokens',
      ['embedding', { width }],
      'position',
      ['multi-head', { heads }],
      'add',
      'norm',
      ['feed-forward', { hidden: 16 }],
      'classifier',
    ],
    [
      'tokens.ids > embedding.ids',
      'embedding.y > position.x',
      'position.y > multi-head.x',
      'position.y > add.a',
      'multi-head.y > add.b',
      'add.y > norm.x',
      'norm.y > feed-forward.x',
      'feed-forward.y > classifier.x',
    ],
  )

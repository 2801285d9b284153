/** Small labs written in one line each, for tests. */
import { blockByKind } from '../blocks'
import { labDocument, type LabDocument, type PortRef } from '../lab/document'
import { plainSpec, type Aim, type TaskSpec } from '../tasks/types'

export const spec: TaskSpec = {
  ...plainSpec,
  length: 6,
  vocabulary: ['·', 'a', 'b', 'c', 'd'],
  classes: ['·', 'a', 'b', 'c', 'd'],
  padded: true,
  heldOut: 10,
}

/** A task with all a block may ask for: a second sequence, numbers, and what its output gives. */
export const fullSpec = (aim: Aim): TaskSpec => ({
  ...spec,
  aim,
  source: { length: 5, vocabulary: ['·', 'p', 'q', 'r'], padded: spec.padded, units: 'characters', unknown: null },
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

/** tokens → embedding → position → multi-head → add → norm → classifier, as a learner first builds it. */
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

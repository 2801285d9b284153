/** Test fixtures for the canvas: a small pre-norm model, and a builder for other labs. */
import { lab } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'

/** `documentOf({ sum: 'add' }, ['a.y > sum.a'])` */
export const documentOf = (nodes: Readonly<Record<string, string>>, wires: readonly string[]): LabDocument =>
  lab(
    Object.entries(nodes).map(([id, kind]) => `${kind} as ${id}`),
    wires,
  )

/** tokens → embedding → position → (norm → attention) + residual → classifier */
export const model = (): LabDocument =>
  documentOf(
    {
      tokens: 'tokens',
      embedding: 'embedding',
      position: 'position',
      norm: 'norm',
      attention: 'multi-head',
      sum: 'add',
      classifier: 'classifier',
    },
    [
      'tokens.ids > embedding.ids',
      'embedding.y > position.x',
      'position.y > norm.x',
      'norm.y > attention.x',
      'position.y > sum.a',
      'attention.y > sum.b',
      'sum.y > classifier.x',
    ],
  )

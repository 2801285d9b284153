/** A small encoder–decoder for tests, on the dates task. */
import { lab } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'

export function dateLab(training: object = {}): LabDocument {
  const document = lab(
    [
      'tokens',
      ['embedding', { width: 16 }],
      'position',
      ['tokens as source', { sequence: 'source' }],
      ['embedding as source-embedding', { width: 16 }],
      'position as source-position',
      ['multi-head', { heads: 2, mask: 'causal' }],
      'add',
      ['cross-attention', { heads: 2 }],
      'add as add-2',
      ['feed-forward', { hidden: 32 }],
      'add as add-3',
      'classifier',
    ],
    [
      'tokens.ids > embedding.ids',
      'embedding.y > position.x',
      'source.ids > source-embedding.ids',
      'source-embedding.y > source-position.x',
      'position.y > multi-head.x',
      'position.y > add.a',
      'multi-head.y > add.b',
      'add.y > cross-attention.x',
      'source-position.y > cross-attention.memory',
      'add.y > add-2.a',
      'cross-attention.y > add-2.b',
      'add-2.y > feed-forward.x',
      'add-2.y > add-3.a',
      'feed-forward.y > add-3.b',
      'add-3.y > classifier.x',
    ],
    { steps: 20, batchSize: 8, evaluateEvery: 10, learningRate: 0.01, ...training },
  )
  return { ...document, task: { kind: 'dates', params: {} } }
}

/** Question 2: inputs and outputs of self-attention. n = 12 tokens, d = 16. */
import { composeLab } from '../models/compose'
import { embed } from '../models/parts'
import { near, type Experiment } from './types'

const [n, d] = [12, 16]

const lab = composeLab({ task: { kind: 'reverse', params: { length: n } } }, (c) => {
  const x = embed(c, { width: d })
  c.place('attention', 'self-attention', {}, { x })
  c.place('classifier', 'classifier', {}, { x: 'attention' })
})

const of = 'attention'
const isMatrix = (
  measure: 'inputShape' | 'queriesShape' | 'keysShape' | 'valuesShape' | 'scoresShape' | 'attentionShape' | 'outputShape',
  rows: number,
  columns: number,
) => [near({ measure, of, at: 0 }, rows, 0), near({ measure, of, at: 1 }, columns, 0)]

export const shapes: Experiment = {
  id: 'shapes',
  questions: [2],
  variations: [{ id: of, lab, steps: 0, quickSteps: 0 }],
  measures: ['inputShape', 'queriesShape', 'keysShape', 'valuesShape', 'scoresShape', 'attentionShape', 'outputShape'],
  plots: [
    {
      kind: 'sizes',
      measures: ['inputShape', 'queriesShape', 'keysShape', 'valuesShape', 'scoresShape', 'attentionShape', 'outputShape'],
      of: [of],
    },
  ],
  claims: [
    { id: 'in', rules: isMatrix('inputShape', n, d) },
    { id: 'weights', rules: [...isMatrix('scoresShape', n, n), ...isMatrix('attentionShape', n, n)] },
    { id: 'out', rules: isMatrix('outputShape', n, d) },
  ],
}

/**
 * Question 7: the output of attention is the weighted sum of the values. One head from elementary blocks, measured after short training so
 * that weights differ; a test checks these blocks against the attention block.
 */
import { composeLab } from '../models/compose'
import { attentionFromScratch, embed } from '../models/parts'
import { near, type Experiment } from './types'

const lab = composeLab({ task: { kind: 'reverse', params: { length: 8 } }, training: { learningRate: 3e-3 } }, (c) => {
  const x = attentionFromScratch(c, embed(c, { width: 16 }), 16)
  c.place('classifier', 'classifier', {}, { x })
})

const of = 'from-scratch'

export const weightedSum: Experiment = {
  id: 'weighted-sum',
  questions: [7],
  variations: [{ id: of, lab, steps: 500, quickSteps: 200 }],
  measures: ['weightedSumError', 'mutedTermError'],
  plots: [
    { kind: 'dots', measure: 'weightedSumError' },
    { kind: 'dots', measure: 'mutedTermError' },
  ],
  claims: [
    { id: 'sum', rules: [near({ measure: 'weightedSumError', of }, 0, 1e-5)] },
    { id: 'muted', rules: [near({ measure: 'mutedTermError', of }, 0, 1e-5)] },
  ],
}

/** Question 7: what attention gives is the sum of the values, each times its weight. Measured after some training, so that weights differ. */
import { composeLab } from '../lab/compose'
import { embed } from '../lab/models'
import { near, type Experiment } from './types'

const lab = composeLab({ task: { kind: 'reverse', params: { length: 8 } }, training: { learningRate: 3e-3 } }, (c) => {
  const x = embed(c, { width: 16 })
  c.place('attention', 'self-attention', {}, { x })
  c.place('classifier', 'classifier', {}, { x: 'attention' })
})

const of = 'attention'

export const weightedSum: Experiment = {
  id: 'weighted-sum',
  questions: [7],
  variations: [{ id: of, lab, steps: 500, quickSteps: 200 }],
  measures: ['weightedSumError', 'trainedEntropy'],
  claims: [{ id: 'sum', rules: [near({ measure: 'weightedSumError', of }, 0, 1e-5)] }],
}

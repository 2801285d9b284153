/** Question 6: why softmax, and could it be ReLU? */
import { lookup } from './lookup'
import { above, near, type Experiment } from './types'

const kinds = ['softmax', 'relu', 'relu-renormalised', 'sigmoid', 'sparsemax']

export const normalisers: Experiment = {
  id: 'normalisers',
  questions: [6],
  variations: kinds.map((normaliser) => ({ id: normaliser, lab: lookup({ normaliser }), steps: 600, quickSteps: 200 })),
  measures: ['accuracy', 'stepsTo90', 'rowSumError'],
  plots: [
    { kind: 'dots', measure: 'stepsTo90' },
    { kind: 'dots', measure: 'rowSumError' },
  ],
  claims: [
    {
      id: 'distribution',
      rules: [near({ measure: 'rowSumError', of: 'softmax' }, 0, 1e-4), above({ measure: 'rowSumError', of: 'relu' }, 0.05)],
    },
    { id: 'relu-trains', rules: [above({ measure: 'accuracy', of: 'relu' }, 0.9)] },
    { id: 'as-fast', rules: [near({ measure: 'stepsTo90', of: 'relu' }, { measure: 'stepsTo90', of: 'softmax' }, 60)] },
  ],
}

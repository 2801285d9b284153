/** Question 17: what is cross attention? A decoder with and without access to its source, and where it attends. */
import { translation } from './translation'
import { above, type Experiment } from './types'

const numbers = { kind: 'numbers', params: { digits: 4 } }
const copy = { kind: 'copy', params: { minLength: 4, length: 8 } }

export const crossAttention: Experiment = {
  id: 'cross-attention',
  questions: [17],
  variations: [
    { id: 'numbers', lab: translation(numbers) },
    { id: 'numbers-blind', lab: translation(numbers, { reads: false }) },
    { id: 'copy', lab: translation(copy) },
  ].map((variation) => ({ ...variation, steps: 2000, quickSteps: 500 })),
  measures: ['accuracy', 'exactMatch', 'alignment'],
  plots: [
    { kind: 'dots', measure: 'accuracy' },
    { kind: 'dots', measure: 'alignment' },
  ],
  claims: [
    {
      id: 'needed',
      rules: [above({ measure: 'accuracy', of: 'numbers' }, { measure: 'accuracy', of: 'numbers-blind' }, 0.3)],
    },
    { id: 'diagonal', rules: [above({ measure: 'alignment', of: 'copy' }, 0.5)] },
    { id: 'order', rules: [above({ measure: 'alignment', of: 'numbers' }, 0.3)] },
  ],
}

/** Question 5: other score functions, in the same model on the same task. Cosines lie in [−1, 1] and are multiplied by 10. */
import { lookup } from './lookup'
import { above, type Experiment } from './types'

const functions = {
  dot: { score: 'dot', scale: 'none' },
  'scaled-dot': { score: 'dot', scale: 'root' },
  additive: { score: 'additive', scale: 'none' },
  bilinear: { score: 'bilinear', scale: 'root' },
  cosine: { score: 'cosine', scale: 'number', factor: 10 },
  distance: { score: 'distance', scale: 'root' },
} as const

const accuracy = (of: string) => ({ measure: 'accuracy', of }) as const

export const scores: Experiment = {
  id: 'scores',
  questions: [5],
  variations: Object.entries(functions).map(([id, attention]) => ({
    id,
    lab: lookup(attention),
    steps: 600,
    quickSteps: 200,
  })),
  measures: ['attentionParameters', 'accuracy', 'stepsTo90', 'lossCurve'],
  plots: [
    { kind: 'curves', measure: 'lossCurve', along: 'progress' },
    { kind: 'dots', measure: 'stepsTo90' },
  ],
  claims: Object.keys(functions).map((id) => ({ id, rules: [above(accuracy(id), 0.9)] })),
}

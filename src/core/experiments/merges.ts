/**
 * Questions 9 and 10: how heads are merged, and the effect of ReLU and softmax. Summed heads have the full width. The model is narrow
 * enough to keep making errors, because without errors there would be no differences.
 */
import { tagging } from './tagging'
import { above, near, type Experiment } from './types'

const width = 12
const merged = {
  linear: {},
  'linear-relu': {},
  'linear-relu-softmax': {},
  mean: { valueWidth: width },
  sum: { valueWidth: width },
} as const

const accuracy = (of: keyof typeof merged) => ({ measure: 'accuracy', of }) as const

export const merges: Experiment = {
  id: 'merges',
  questions: [9, 10],
  variations: Object.entries(merged).map(([id, attention]) => ({
    id,
    lab: tagging({ width, attention: { merge: id, ...attention } }),
    steps: 1500,
    quickSteps: 1000,
  })),
  measures: ['attentionParameters', 'accuracy', 'stepsTo90', 'lossCurve'],
  plots: [{ kind: 'dots', measure: 'accuracy' }],
  claims: [
    { id: 'relu-buys-nothing', rules: [above(accuracy('linear'), accuracy('linear-relu'), -0.005)] },
    { id: 'softmax-hurts', rules: [above(accuracy('linear'), accuracy('linear-relu-softmax'), 0.005)] },
    { id: 'mean-is-sum', rules: [near(accuracy('mean'), accuracy('sum'), 0.02)] },
  ],
}

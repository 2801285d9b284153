/**
 * Question 15: fine-tuning. Trained to reverse letters and then to sort them, with all weights or only the classifier trainable; or trained
 * to sort from scratch. All sort for the same number of steps.
 */
import { composeLab } from '../models/compose'
import { embed, freeze, layers } from '../models/parts'
import { above, type Experiment } from './types'

const lab = (kind: string) =>
  composeLab({ task: { kind, params: { minLength: 6, length: 10 } }, training: { learningRate: 2e-3 } }, (c) => {
    const x = layers(c, embed(c, { width: 32 }), { layers: 2, attention: { heads: 4 }, feedForward: { hidden: 64 } })
    c.place('classifier', 'classifier', {}, { x })
  })

const before = { lab: lab('reverse'), steps: 1500, quickSteps: 500 }
const sort = lab('sort')
const headOnly = freeze(sort, ({ kind }) => kind !== 'classifier')

const accuracy = (of: string) => ({ measure: 'accuracy', of }) as const

export const fineTuning: Experiment = {
  id: 'fine-tuning',
  questions: [15],
  variations: [
    { id: 'scratch', lab: sort },
    { id: 'tuned', lab: sort, before },
    { id: 'tuned-output', lab: headOnly, before },
    { id: 'random-output', lab: headOnly },
  ].map((variation) => ({ ...variation, steps: 800, quickSteps: 250 })),
  measures: ['parameters', 'accuracy', 'stepsTo90', 'lossCurve'],
  plots: [
    { kind: 'dots', measure: 'accuracy' },
    { kind: 'curves', measure: 'lossCurve', along: 'progress' },
  ],
  claims: [
    { id: 'helps', rules: [above(accuracy('tuned'), accuracy('scratch'))] },
    { id: 'frozen-features', rules: [above(accuracy('tuned-output'), accuracy('random-output'), 0.05)] },
    { id: 'frozen-limits', rules: [above(accuracy('tuned'), accuracy('tuned-output'), 0.05)] },
  ],
}

/**
 * Question 16: multi-label or multi-class? Each output on its own task and on the other. Softmax probabilities sum to 1, so at most one
 * exceeds 0.5; on multi-label texts it is therefore also evaluated with a lower threshold.
 */
import { composeLab } from '../models/compose'
import { embed, judgeSequence, layers } from '../models/parts'
import { above, near, type Experiment } from './types'

const kinds = { softmax: 'sequence-classifier', sigmoid: 'multi-label' } as const
const tasks = { classes: 'sentiment', labels: 'topics' } as const

/** Between the 1/3 that a perfect softmax gives each of three labels and what it gives the others. */
const lowThreshold = 0.2

const lab = (kind: string, output: string, params = {}) =>
  composeLab({ task: { kind, params: {} }, training: { learningRate: 2e-3 } }, (c) => {
    const x = embed(c, { width: 32 })
    judgeSequence(c, layers(c, x, { layers: 2, attention: { heads: 4 }, feedForward: { hidden: 64 } }), { output, params })
  })

const accuracy = (of: string) => ({ measure: 'accuracy', of }) as const

export const outputs: Experiment = {
  id: 'outputs',
  questions: [16],
  variations: [
    ...Object.entries(tasks).flatMap(([task, kind]) =>
      Object.entries(kinds).map(([output, block]) => ({ id: `${task}-${output}`, lab: lab(kind, block) })),
    ),
    { id: 'labels-softmax-low', lab: lab(tasks.labels, kinds.softmax, { threshold: lowThreshold }) },
  ].map((variation) => ({ ...variation, steps: 1500, quickSteps: 400 })),
  measures: ['accuracy', 'f1Macro', 'f1Micro', 'hammingLoss', 'thresholdCurve'],
  plots: [
    { kind: 'dots', measure: 'accuracy' },
    { kind: 'curves', measure: 'thresholdCurve', along: 'threshold', of: ['labels-softmax', 'labels-sigmoid'] },
    { kind: 'dots', measure: 'hammingLoss', of: ['labels-softmax', 'labels-softmax-low', 'labels-sigmoid'] },
  ],
  claims: [
    { id: 'one-label', rules: [above(0.4, accuracy('labels-softmax'))] },
    { id: 'threshold', rules: [above(accuracy('labels-softmax-low'), accuracy('labels-softmax'), 0.05)] },
    { id: 'labels', rules: [above(accuracy('labels-sigmoid'), accuracy('labels-softmax-low'))] },
    { id: 'classes', rules: [near(accuracy('classes-softmax'), accuracy('classes-sigmoid'), 0.03)] },
  ],
}

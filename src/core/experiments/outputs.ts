/** Question 16: multi-label or multi-class? Each output on the task it is made for, and on the other. */
import { composeLab } from '../lab/compose'
import { embed, judgeSequence, layers } from '../lab/models'
import { above, type Experiment } from './types'

const kinds = { softmax: 'sequence-classifier', sigmoid: 'multi-label' } as const
const tasks = { classes: 'sentiment', labels: 'topics' } as const

const lab = (kind: string, output: string) =>
  composeLab({ task: { kind, params: {} }, training: { learningRate: 2e-3 } }, (c) => {
    const x = embed(c, { width: 32 })
    judgeSequence(c, layers(c, x, { layers: 2, attention: { heads: 4 }, feedForward: { hidden: 64 } }), { output })
  })

export const outputs: Experiment = {
  id: 'outputs',
  questions: [16],
  variations: Object.entries(tasks).flatMap(([task, kind]) =>
    Object.entries(kinds).map(([output, block]) => ({
      id: `${task}-${output}`,
      lab: lab(kind, block),
      steps: 1500,
      quickSteps: 400,
    })),
  ),
  measures: ['accuracy', 'f1', 'hammingLoss'],
  claims: [
    {
      id: 'labels',
      rules: [above({ measure: 'accuracy', of: 'labels-sigmoid' }, { measure: 'accuracy', of: 'labels-softmax' }, 0.05)],
    },
    {
      id: 'classes',
      rules: [above({ measure: 'accuracy', of: 'classes-softmax' }, { measure: 'accuracy', of: 'classes-sigmoid' })],
    },
  ],
}

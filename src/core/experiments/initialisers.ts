/** Question 14: weight initialisation. The same model with one initialiser for all matrices of its blocks; the embedding stays random. */
import { composeLab } from '../models/compose'
import { embed, layers } from '../models/parts'
import { above, type Experiment } from './types'

const kinds = ['xavier', 'he', 'orthogonal', 'normal', 'uniform', 'zeros']

const lab = (initialiser: string) =>
  composeLab({ task: { kind: 'reverse', params: { minLength: 6, length: 10 } }, training: { learningRate: 2e-3 } }, (c) => {
    const x = layers(c, embed(c, { width: 32 }), {
      layers: 2,
      attention: { heads: 4, initialiser },
      feedForward: { hidden: 64, initialiser },
    })
    c.place('classifier', 'classifier', { initialiser }, { x })
  })

export const initialisers: Experiment = {
  id: 'initialisers',
  questions: [14],
  variations: kinds.map((id) => ({ id, lab: lab(id), steps: 1200, quickSteps: 400 })),
  measures: ['activationScales', 'gradientNorm', 'lossCurve', 'accuracy'],
  plots: [
    { kind: 'curves', measure: 'activationScales', along: 'layer', logY: true },
    { kind: 'dots', measure: 'accuracy' },
  ],
  claims: [
    { id: 'xavier-learns', rules: [above({ measure: 'accuracy', of: 'xavier' }, 0.9)] },
    { id: 'zeros-do-not', rules: [above({ measure: 'accuracy', of: 'xavier' }, { measure: 'accuracy', of: 'zeros' }, 0.3)] },
    {
      id: 'scales',
      rules: [
        above({ measure: 'activationScales', of: 'he', at: -1 }, { measure: 'activationScales', of: 'xavier', at: -1 }),
        above({ measure: 'activationScales', of: 'xavier', at: -1 }, { measure: 'activationScales', of: 'normal', at: -1 }),
      ],
    },
  ],
}

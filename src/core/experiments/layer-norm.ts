/** Question 20: layer normalisation by hand. Without training, the block's output is compared with the formula. */
import { composeLab } from '../models/compose'
import { embed } from '../models/parts'
import { above, near, type Experiment } from './types'

/** Few features, so that dividing by n or by n − 1 makes a clear difference. */
const lab = composeLab({ task: { kind: 'reverse', params: {} } }, (c) => {
  const x = embed(c, { width: 4 })
  c.place('norm', 'norm', {}, { x })
  c.place('classifier', 'classifier', {}, { x: 'norm' })
})

const of = 'norm'

export const layerNorm: Experiment = {
  id: 'layer-norm',
  questions: [20],
  variations: [{ id: of, lab, steps: 0, quickSteps: 0 }],
  measures: ['normError', 'unbiasedNormError'],
  plots: [
    { kind: 'dots', measure: 'normError' },
    { kind: 'dots', measure: 'unbiasedNormError' },
  ],
  claims: [
    { id: 'by-hand', rules: [near({ measure: 'normError', of }, 0, 1e-5)] },
    { id: 'divides-by-n', rules: [above({ measure: 'unbiasedNormError', of }, 0.1)] },
  ],
}

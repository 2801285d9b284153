/** Question 13: what several heads buy at equal parameters, and what muting each one costs. */
import { composeLab } from '../lab/compose'
import { embed, layers } from '../lab/models'
import { above, near, type Experiment } from './types'

const counts = [1, 2, 4, 8]

/** Heads share the width, so that the number of parameters stays the same. */
const lab = (heads: number) =>
  composeLab({ task: { kind: 'pos-tagging', params: {} }, training: { learningRate: 2e-3 } }, (c) => {
    const x = layers(c, embed(c, { width: 32 }), { attention: { heads }, feedForward: { hidden: 64 } })
    c.place('classifier', 'classifier', {}, { x })
  })

export const heads: Experiment = {
  id: 'heads',
  questions: [13],
  variations: counts.map((count) => ({ id: String(count), lab: lab(count), steps: 1500, quickSteps: 500 })),
  measures: ['parameters', 'accuracy', 'stepsTo90', 'headCosts', 'largestHeadCost'],
  claims: [
    {
      id: 'equal-parameters',
      rules: counts.map((count) => near({ measure: 'parameters', of: String(count) }, { measure: 'parameters', of: '1' }, 0)),
    },
    { id: 'better', rules: [above({ measure: 'accuracy', of: '4' }, { measure: 'accuracy', of: '1' })] },
    {
      id: 'not-one-alone',
      rules: [above({ measure: 'largestHeadCost', of: '1' }, { measure: 'largestHeadCost', of: '8' })],
    },
  ],
}

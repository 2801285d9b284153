/** Question 13: the benefit of several heads at equal parameters, and the cost of muting each. Heads split the width. */
import { tagging } from './tagging'
import { above, near, type Experiment } from './types'

const counts = [1, 2, 4, 8]

export const heads: Experiment = {
  id: 'heads',
  questions: [13],
  variations: counts.map((count) => ({
    id: String(count),
    lab: tagging({ attention: { heads: count } }),
    steps: 1500,
    quickSteps: 500,
  })),
  measures: ['parameters', 'accuracy', 'stepsTo90', 'headCosts', 'largestHeadCost', 'headDiversity'],
  plots: [
    {
      kind: 'lines',
      measure: 'accuracy',
      x: { name: 'heads', values: counts },
      lines: { heads: counts.map(String) },
      logX: true,
    },
    { kind: 'curves', measure: 'headCosts', along: 'head' },
    { kind: 'dots', measure: 'headDiversity', of: ['2', '4', '8'] },
  ],
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

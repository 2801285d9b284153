/**
 * Question 4: where do W_Q, W_K and W_V come from? The same model with all weights trained, or with some frozen at their random initial
 * values.
 */
import { composeLab } from '../models/compose'
import { embed, freeze, layers } from '../models/parts'
import { above, near, type Experiment } from './types'

const learned = composeLab(
  { task: { kind: 'reverse', params: { minLength: 6, length: 10 } }, training: { learningRate: 2e-3 } },
  (c) => {
    const x = layers(c, embed(c, { width: 32 }), { layers: 2, attention: { heads: 4 }, feedForward: { hidden: 64 } })
    c.place('classifier', 'classifier', {}, { x })
  },
)

const without = (...names: readonly string[]) =>
  freeze(
    learned,
    ({ kind }) => kind === 'multi-head',
    names.flatMap((name) => [name, `${name}-bias`]),
  )

const accuracy = (of: string) => ({ measure: 'accuracy', of }) as const
const moved = (of: string) => ({ measure: 'queriesMoved', of }) as const

export const projections: Experiment = {
  id: 'projections',
  questions: [4],
  variations: [
    { id: 'learned', lab: learned },
    { id: 'random-query-key', lab: without('query', 'key') },
    { id: 'random-value', lab: without('value') },
    { id: 'random-all', lab: without('query', 'key', 'value') },
  ].map((variation) => ({ ...variation, steps: 1500, quickSteps: 500 })),
  measures: ['accuracy', 'stepsTo90', 'queriesMoved', 'queryGradient'],
  plots: [
    { kind: 'dots', measure: 'stepsTo90' },
    { kind: 'dots', measure: 'accuracy' },
  ],
  claims: [
    { id: 'moved', rules: [above(moved('learned'), 0.1), near(moved('random-query-key'), 0, 0)] },
    { id: 'worth-learning', rules: [above(accuracy('learned'), accuracy('random-query-key'), 0.05)] },
    { id: 'all-three', rules: [above(accuracy('learned'), accuracy('random-all'), 0.05)] },
    // Accuracy ends at 100 % either way: what learning buys shows in the number of steps.
    { id: 'faster', rules: [above({ measure: 'stepsTo90', of: 'random-all' }, { measure: 'stepsTo90', of: 'learned' })] },
  ],
}

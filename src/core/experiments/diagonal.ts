/** Question 8: what is "self"? A mask that keeps tokens from attending to themselves, compared with other masks. */
import { tagging } from './tagging'
import { above, near, type Experiment } from './types'

const masks = {
  none: { mask: 'none' },
  'without-diagonal': { mask: 'without-diagonal' },
  window: { mask: 'window', window: 1 },
  causal: { mask: 'causal' },
} as const

const accuracy = (of: keyof typeof masks) => ({ measure: 'accuracy', of }) as const

export const diagonal: Experiment = {
  id: 'diagonal',
  questions: [8],
  variations: Object.entries(masks).map(([id, attention]) => ({
    id,
    lab: tagging({ attention }),
    steps: 1500,
    quickSteps: 500,
  })),
  measures: ['accuracy', 'diagonalWeight'],
  plots: [
    { kind: 'dots', measure: 'accuracy' },
    { kind: 'dots', measure: 'diagonalWeight' },
  ],
  claims: [
    { id: 'hidden', rules: [near({ measure: 'diagonalWeight', of: 'without-diagonal' }, 0, 0)] },
    { id: 'works-without', rules: [near(accuracy('without-diagonal'), accuracy('none'), 0.02)] },
    { id: 'needs-others', rules: [above(accuracy('none'), accuracy('causal'), 0.01)] },
  ],
}

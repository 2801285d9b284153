/** Question 19: layer or batch norm? Sentences of all lengths, in batches of 1 to 64, for the same number of steps. */
import { tagging } from './tagging'
import { above, near, type Experiment } from './types'

const sizes = [1, 4, 16, 64]

const variation = (id: string, method: string, batchSize: number, norms: 'before' | 'after' = 'before') => ({
  id,
  lab: tagging({ norm: { method }, norms, training: { batchSize } }),
  steps: 1000,
  quickSteps: 200,
})

const accuracy = (of: string) => ({ measure: 'accuracy', of }) as const
const gap = (of: string) => ({ measure: 'modeGap', of }) as const

export const norms: Experiment = {
  id: 'norms',
  questions: [19],
  variations: [
    ...(['layer', 'batch'] as const).flatMap((method) => sizes.map((size) => variation(`${method}-${size}`, method, size))),
    variation('layer-after-16', 'layer', 16, 'after'),
    variation('rms-16', 'rms', 16),
    variation('none-16', 'none', 16),
  ],
  measures: ['accuracy', 'modeGap'],
  plots: [
    {
      kind: 'lines',
      measure: 'modeGap',
      x: { name: 'batchSize', values: sizes },
      lines: Object.fromEntries(
        (['layer', 'batch'] as const).map((method) => [method, sizes.map((size) => `${method}-${size}`)]),
      ),
      logX: true,
    },
    { kind: 'dots', measure: 'accuracy' },
  ],
  claims: [
    { id: 'layer-same', rules: sizes.map((size) => near(gap(`layer-${size}`), 0, 1e-4)) },
    { id: 'batch-differs', rules: [above(gap('batch-1'), gap('batch-64'), 0.05)] },
    { id: 'any-length', rules: [above(accuracy('batch-64'), 0.9)] },
    { id: 'small-batches', rules: [above(accuracy('layer-1'), accuracy('batch-1'), 0.02)] },
  ],
}

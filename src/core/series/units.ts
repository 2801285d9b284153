/** The unit of each series of a run, and whether it has a point per step or per evaluation. */
import { unitOf } from '../metrics/table'

export interface SeriesKind {
  /** `share` is between 0 and 1; `nats` is a natural logarithm of a probability. */
  readonly unit: 'nats' | 'share' | 'norm' | 'rate' | 'seconds' | 'number'
  readonly every: 'step' | 'evaluation'
}

const stepSeries = {
  loss: { unit: 'nats', every: 'step' },
  accuracy: { unit: 'share', every: 'step' },
  gradientNorm: { unit: 'norm', every: 'step' },
  learningRate: { unit: 'rate', every: 'step' },
} as const satisfies Readonly<Record<string, SeriesKind>>
export type StepSeries = keyof typeof stepSeries

/** Seconds that the steps so far took, without pauses, evaluations and checkpoints: not for every step, and the only series that no seed repeats. */
export const timeSeries = 'seconds'

/** Series of evaluations are named by their metric: `validation/loss`, `validation/accuracy`. */
const validation = 'validation/'
export const validationSeries = (metric: string): string => validation + metric
export const metricOf = (series: string): string | null =>
  series.startsWith(validation) ? series.slice(validation.length) : null

export function seriesKind(name: string): SeriesKind {
  const metric = metricOf(name)
  if (metric !== null) return { unit: metric === 'loss' ? 'nats' : unitOf(metric), every: 'evaluation' }
  if (name === timeSeries) return { unit: 'seconds', every: 'step' }
  return Object.hasOwn(stepSeries, name) ? stepSeries[name as StepSeries] : { unit: 'number', every: 'step' }
}

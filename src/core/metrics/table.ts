/** All metrics by name, in display order, and which of them a task has. Names are stored in files and must not change. */
import type { Aim } from '../signature'
import type { Counts, AnswerShape } from './counts'
import * as of from './definitions'

interface Metric {
  /** `share` is in [0, 1]; `number` is in the units of the task. */
  readonly unit: 'share' | 'number'
  /** `free` counts free-running predictions, for sequences generated from a source. */
  readonly value: (counts: Counts, free: Counts) => number
}

export const metrics = {
  accuracy: { unit: 'share', value: of.accuracy },
  freeAccuracy: { unit: 'share', value: (_, free) => of.accuracy(free) },
  balancedAccuracy: { unit: 'share', value: of.balancedAccuracy },
  f1Macro: { unit: 'share', value: of.f1Macro },
  f1Micro: { unit: 'share', value: of.f1Micro },
  hammingLoss: { unit: 'share', value: of.hammingLoss },
  exactMatch: { unit: 'share', value: (_, free) => of.exactMatch(free) },
  absoluteError: { unit: 'number', value: of.absoluteError },
} as const satisfies Readonly<Record<string, Metric>>
export type MetricName = keyof typeof metrics

/** The unit of a metric; other names, such as the loss, are numbers. */
export const unitOf = (name: string): Metric['unit'] =>
  Object.hasOwn(metrics, name) ? metrics[name as MetricName].unit : 'number'

export const metricNames = Object.keys(metrics) as MetricName[]

/**
 * Maximum number of classes for metrics per class and their means. With more, a validation set of some hundred sequences has too few
 * samples per class for stable means.
 */
const mostClasses = 128

/**
 * Metrics that equal the accuracy are omitted: micro F1 of single classes, and the exact match of labels. In causal tasks the classes are a
 * vocabulary, over which means per class are not meaningful.
 */
const byAim: Readonly<Record<Aim, readonly MetricName[]>> = {
  tokens: ['accuracy', 'balancedAccuracy', 'f1Macro', 'exactMatch'],
  sequence: ['accuracy', 'balancedAccuracy', 'f1Macro'],
  labels: ['accuracy', 'f1Macro', 'f1Micro', 'hammingLoss'],
  number: ['accuracy', 'absoluteError'],
}
const byClass: readonly MetricName[] = ['balancedAccuracy', 'f1Macro']

/** Whether there are scores per class: not for numbers or a vocabulary. */
export const tellsClasses = ({ aim, classes, causal }: AnswerShape): boolean =>
  aim !== 'number' && !causal && classes <= mostClasses

/** The metrics of a task, in the order of the table. */
export function metricsOf({ aim, classes, causal, written }: AnswerShape): readonly MetricName[] {
  if (written) return ['accuracy', 'freeAccuracy', 'exactMatch']
  if (causal) return ['accuracy']
  return byAim[aim].filter((name) => classes <= mostClasses || !byClass.includes(name))
}

/** The value of each metric of a task. `free` counts free-running predictions, for sequences generated from a source. */
export function measured(counts: Counts, free: Counts | null = null): Readonly<Record<string, number>> {
  return Object.fromEntries(metricsOf(counts.task).map((name) => [name, metrics[name].value(counts, free ?? counts)]))
}

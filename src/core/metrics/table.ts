/** All metrics by name, in the order in which they are shown, and which of them a task has. Names are kept in files: they never change. */
import type { Aim } from '../signature'
import type { Counts, AnswerShape } from './counts'
import * as of from './definitions'

interface Metric {
  /** `share` is between 0 and 1; `number` is in the units of the task's numbers. */
  readonly unit: 'share' | 'number'
  /** `free` is what a model writes without being given the truth, where sequences are written from a source. */
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

/** The unit of a metric; what is called otherwise, as the loss, is a number. */
export const unitOf = (name: string): Metric['unit'] =>
  Object.hasOwn(metrics, name) ? metrics[name as MetricName].unit : 'number'

export const metricNames = Object.keys(metrics) as MetricName[]

/**
 * Most classes of which recall and F1 are told one by one and averaged: of more, a validation set of some hundred sequences has too few
 * of each for their mean to be steady.
 */
const mostClasses = 128

/**
 * Micro F1 of single classes is their accuracy, and the exact match of labels is theirs: neither is told twice. In causal tasks the
 * classes are a vocabulary, whose tokens are not of equal weight.
 */
const byAim: Readonly<Record<Aim, readonly MetricName[]>> = {
  tokens: ['accuracy', 'balancedAccuracy', 'f1Macro', 'exactMatch'],
  sequence: ['accuracy', 'balancedAccuracy', 'f1Macro'],
  labels: ['accuracy', 'f1Macro', 'f1Micro', 'hammingLoss'],
  number: ['accuracy', 'absoluteError'],
}
const byClass: readonly MetricName[] = ['balancedAccuracy', 'f1Macro']

/** Whether there are figures for each class: not for numbers, nor for a vocabulary. */
export const tellsClasses = ({ aim, classes, causal }: AnswerShape): boolean =>
  aim !== 'number' && !causal && classes <= mostClasses

/** The metrics of a task, in the order of the table. */
export function metricsOf({ aim, classes, causal, written }: AnswerShape): readonly MetricName[] {
  if (written) return ['accuracy', 'freeAccuracy', 'exactMatch']
  if (causal) return ['accuracy']
  return byAim[aim].filter((name) => classes <= mostClasses || !byClass.includes(name))
}

/** The value of each metric of a task. `free` counts what was written without the truth, where sequences are written from a source. */
export function measured(counts: Counts, free: Counts | null = null): Readonly<Record<string, number>> {
  return Object.fromEntries(metricsOf(counts.task).map((name) => [name, metrics[name].value(counts, free ?? counts)]))
}

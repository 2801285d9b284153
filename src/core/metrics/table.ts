/** All metrics by name, in display order, and which of them a task has. Names are stored in files and must not change. */
import type { Aim } from '../signature'
import { bitsPerCharacter } from './bits-per-character'
import type { AnswerShape } from './counts'
import * as of from './definitions'
import { perplexity } from './perplexity'
import type { Sums } from './sums'

interface Metric {
  /** `share` is in [0, 1]; `number` is in the units of the metric or the task. */
  readonly unit: 'share' | 'number'
  /** NaN if a task does not have what it is computed from. */
  readonly value: (sums: Sums) => number
}

/**
 * JavaScript runtimes disagree on the last bit of exp and log, but metrics are compared exactly when a run is trained again elsewhere. NaN if
 * there is no value.
 */
const single = (value: number | null | undefined): number => Math.fround(value ?? NaN)

export const metrics = {
  accuracy: { unit: 'share', value: ({ counts }) => of.accuracy(counts) },
  freeAccuracy: { unit: 'share', value: ({ counts, free }) => of.accuracy(free ?? counts) },
  balancedAccuracy: { unit: 'share', value: ({ counts }) => of.balancedAccuracy(counts) },
  f1Macro: { unit: 'share', value: ({ counts }) => of.f1Macro(counts) },
  f1Micro: { unit: 'share', value: ({ counts }) => of.f1Micro(counts) },
  hammingLoss: { unit: 'share', value: ({ counts }) => of.hammingLoss(counts) },
  exactMatch: { unit: 'share', value: ({ counts, free }) => of.exactMatch(free ?? counts) },
  bleu: { unit: 'number', value: ({ texts }) => single(texts?.bleu.score) },
  chrf: { unit: 'number', value: ({ texts }) => single(texts?.chrf.score) },
  perplexity: { unit: 'number', value: ({ surprisal }) => single(surprisal && perplexity(surprisal)) },
  bitsPerCharacter: { unit: 'number', value: ({ surprisal }) => single(surprisal && bitsPerCharacter(surprisal)) },
  absoluteError: { unit: 'number', value: ({ counts }) => of.absoluteError(counts) },
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
  if (written) return ['accuracy', 'freeAccuracy', 'exactMatch', 'bleu', 'chrf', 'perplexity']
  if (causal) return ['accuracy', 'perplexity', 'bitsPerCharacter']
  return byAim[aim].filter((name) => classes <= mostClasses || !byClass.includes(name))
}

/**
 * The value of each metric of a task. Those that are not finite are left out, as JSON and series cannot hold them: the perplexity of a model
 * that has diverged, or of one that has predicted nothing.
 */
export function measured(sums: Sums): Readonly<Record<string, number>> {
  const values = metricsOf(sums.counts.task).map((name) => [name, metrics[name].value(sums)] as const)
  return Object.fromEntries(values.filter(([, value]) => Number.isFinite(value)))
}

/** The interface of a measure. */
import type { Measured } from '@core/experiments/verdict'
import type { Subject } from './subject'

export interface Measure {
  /** Whether it is taken before the first step or after the last; `along` uses the evaluations during training. */
  readonly at: 'start' | 'end' | 'along'
  readonly take: (subject: Subject) => Measured | Promise<Measured>
}

export const atStart = (take: Measure['take']): Measure => ({ at: 'start', take })
export const along = (take: Measure['take']): Measure => ({ at: 'along', take })
export const atEnd = (take: Measure['take']): Measure => ({ at: 'end', take })

/** NaN for an empty list. */
export const mean = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0) / numbers.length

/** NaN for an empty list, so that an empty comparison never looks exact. */
export const largest = (numbers: readonly number[]): number =>
  numbers.length === 0 ? NaN : numbers.reduce((most, number) => Math.max(most, number), -Infinity)

/** Euclidean norm. */
export const norm = (numbers: ArrayLike<number>): number =>
  Math.sqrt(Array.from(numbers).reduce((sum, number) => sum + number ** 2, 0))

/** Precision, recall, F1 and support of each class or label. */
import type { Counts } from './counts'
import { f1, precision, recall } from './definitions'
import { tellsClasses } from './table'

export interface ClassScores {
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

export interface ClassFigures extends ClassScores {
  /** How often it is the target. */
  readonly support: number
}

/** By class id; empty for tasks without scores per class. */
export function classFigures(counts: Counts): ClassFigures[] {
  if (!tellsClasses(counts.task)) return []
  return Array.from(counts.support, (support, of) => ({
    support,
    precision: precision(counts, of),
    recall: recall(counts, of),
    f1: f1(counts, of),
  }))
}

/** Precision, recall and F1 of each class or label, with its support. */
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

/** By class, in the order of their ids; empty where a task's classes are not told one by one. */
export function classFigures(counts: Counts): ClassFigures[] {
  if (!tellsClasses(counts.task)) return []
  return Array.from(counts.support, (support, of) => ({
    support,
    precision: precision(counts, of),
    recall: recall(counts, of),
    f1: f1(counts, of),
  }))
}

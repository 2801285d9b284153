/** A kind of rubric item: its schema, and how many of its points a submission gets. */
import { z } from 'zod'
import type { Problem } from '../../errors'
import type { Analysis } from '../../graph/analysis'
import type { LabDocument } from '../../lab/document'
import { quizSchema } from '../../lessons/format'
import type { LessonProgress } from '../../lessons/progress'
import type { Signature } from '../../signature'
import { identifier } from '../files'

/** Fields of every item. `points` is what a submission that meets it fully gets. */
export const common = { id: identifier, points: z.number().min(0).max(1000) }

type Metrics = Readonly<Record<string, number>>

/** The model of an assignment, as the grading machine found it. */
export interface GradedModel {
  /** Whether it was trained again, opened from the weights that were handed in, or is only what the pupil's record says. */
  readonly from: 'training' | 'weights' | 'record'
  /** Loss and metrics on the validation set. */
  readonly validation: Metrics
  /** The same on hidden data by name; empty in a pupil's edition. */
  readonly hidden: Readonly<Record<string, Metrics>>
}

export interface GradedAssignment {
  /** With the locked parts restored. */
  readonly lab: LabDocument
  readonly signature: Signature
  readonly analysis: Analysis
  /** Training steps of each run that was handed in, in order. */
  readonly runs: readonly number[]
  /** Null if there is no model to judge: it could not be trained. */
  readonly model: GradedModel | null
}

/** The questions of a lesson by piece, with the number of options in the text. */
export const lessonQuestions = z.record(z.string(), z.object({ quiz: quizSchema, options: z.number().int().nonnegative() }))
export type LessonQuestions = z.output<typeof lessonQuestions>

/** Everything an item can be about. Null for what was not handed in, or is not known. */
export interface Evidence {
  assignment(id: string): GradedAssignment | null
  progress(lesson: string): LessonProgress | null
  questions(lesson: string): LessonQuestions | null
}

export interface Finding {
  /** Between 0 and 1; null if it is open: a person has to decide, or something is missing here. */
  readonly share: number | null
  /** What was found, as a sentence. */
  readonly because: Problem
  /** What a person reads to decide. */
  readonly shown?: string
}

export interface RubricKind<S extends z.ZodType> {
  readonly schema: S
  readonly judge: (item: z.output<S>, evidence: Evidence) => Finding
}
export const defineItem = <S extends z.ZodType>(kind: RubricKind<S>): RubricKind<S> => kind

export const because = (code: Problem['code'], params: Problem['params'] = {}): Problem => ({ code, params })
export const notHandedIn = (assignment: string): Finding => ({ share: 0, because: because('mark.no-run', { assignment }) })

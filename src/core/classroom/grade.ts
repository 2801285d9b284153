/** The marks of a submission: what the rubric finds, and what a person decided. */
import { z } from 'zod'
import type { Problem } from '../errors'
import { judge, type RubricItem } from './rubric'
import type { Evidence } from './rubric/define'

/** Marks given by a person, by item. They replace what the rubric finds, and are never overwritten. */
export const handMarks = z.record(
  z.string().max(64),
  z.strictObject({ points: z.number().min(0).max(1000), note: z.string().max(2000).optional() }),
)
export type HandMarks = z.output<typeof handMarks>

export interface Mark {
  readonly item: string
  readonly is: RubricItem['is']
  /** Null while it is open. */
  readonly points: number | null
  readonly of: number
  readonly because: Problem
  readonly byHand: boolean
  readonly note?: string | undefined
  /** What a person reads to decide. */
  readonly shown?: string | undefined
}

/** What the rubric finds. */
export const marksOf = (rubric: readonly RubricItem[], evidence: Evidence): readonly Mark[] =>
  rubric.map((item) => {
    const { share, ...found } = judge(item, evidence)
    const points = share === null ? null : Math.round(share * item.points * 100) / 100
    return { item: item.id, is: item.is, points, of: item.points, byHand: false, ...found }
  })

/** With the marks that a person gave. */
export const withHand = (marks: readonly Mark[], hand: HandMarks): readonly Mark[] =>
  marks.map((mark) => (Object.hasOwn(hand, mark.item) ? { ...mark, ...hand[mark.item]!, byHand: true } : mark))

export interface Total {
  readonly points: number
  readonly of: number
  /** Items that a person has to decide, or that could not be checked. */
  readonly open: number
}

export const totalOf = (marks: readonly Mark[]): Total => ({
  points: marks.reduce((sum, { points }) => sum + (points ?? 0), 0),
  of: marks.reduce((sum, { of }) => sum + of, 0),
  open: marks.filter(({ points }) => points === null).length,
})

/**
 * How a submitted run compares with the same training here: `same` bytes, a result `within` or `outside` the band of several seeds, an
 * `edited` record, or `different` weights under the same conditions.
 */
export type Agreement = 'same' | 'within' | 'outside' | 'edited' | 'different'

/** What was found about the run of an assignment. */
export interface AssignmentReport {
  readonly assignment: string
  /** Null where nothing was trained again. */
  readonly agreement: Agreement | null
  /** Parts that were changed although they are locked; they were restored. */
  readonly restored: readonly string[]
  readonly findings: readonly Problem[]
}

export interface Graded {
  readonly pupil: string
  readonly made: string
  readonly isLate: boolean
  readonly assignments: readonly AssignmentReport[]
  readonly marks: readonly Mark[]
  readonly total: Total
}

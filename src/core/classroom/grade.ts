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
  readonly note?: string
  /** What a person reads to decide. */
  readonly shown?: string
}

export function marksOf(rubric: readonly RubricItem[], evidence: Evidence, hand: HandMarks): readonly Mark[] {
  return rubric.map((item) => {
    const { share, because, shown } = judge(item, evidence)
    const given = Object.hasOwn(hand, item.id) ? hand[item.id] : undefined
    const shared = { item: item.id, is: item.is, of: item.points, because, ...(shown !== undefined && { shown }) }
    if (given) return { ...shared, points: given.points, byHand: true, ...(given.note !== undefined && { note: given.note }) }
    return { ...shared, points: share === null ? null : Math.round(share * item.points * 100) / 100, byHand: false }
  })
}

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

/** How a submitted run compares with the same training here: `same` bytes, a result `within` or `outside` the band of several seeds, an
 * `edited` record, or `different` weights under the same conditions. */
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

/**
 * The format of a lesson: a folder with `lesson.json`, which holds the facts (labs, conditions, answers, experiments), and one Markdown
 * file for each language, which holds the words. Both name the same pieces in the same order.
 */
import { z } from 'zod'
import type { Measurements } from '../experiments/verdict'
import { conditionSchema } from './conditions'
import { editSchema } from './edits'

export const identifier = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
/** `labs/NAME.json` in the folder of the lesson, a lab of the gallery, or a variation of an experiment: `scaling/none-256`. */
const labName = z.string().regex(/^[a-z0-9-]+(\/[a-z0-9-]+)?$/)
/** `experiment/claim` */
const claimName = z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+$/)
/** `experiment/variation/measure`, or `…/measure/index` for a measure that gives several numbers. */
export const figureName = z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+\/[A-Za-z0-9]+(\/-?\d+)?$/)

/** A condition on the canvas or the run. `edits` fulfil it where the condition alone does not say how. */
const goal = { when: conditionSchema, edits: z.array(editSchema).optional() }

const views = ['attention', 'arithmetic', 'curve', 'samples', 'weights', 'shapes'] as const
export type LookView = (typeof views)[number]

export const predictSchema = z.discriminatedUnion('ask', [
  /** One of the options in the text; `answer` counts from 0, or is left out where only the measurement decides. */
  z.strictObject({ ask: z.literal('choice'), answer: z.number().int().nonnegative().optional() }),
  /** A number, revealed beside the measured figure. `within` is the relative error that counts as right. */
  z.strictObject({ ask: z.literal('number'), figure: figureName, within: z.number().positive().default(0.25) }),
  /** A curve: one guess for each figure, by dragging points or typing. */
  z.strictObject({
    ask: z.literal('sketch'),
    figures: z.array(figureName).min(2).max(12),
    x: z.array(z.string().max(24)),
    log: z.boolean().default(false),
  }),
  /** A map: each cell on or off, revealed beside the expected one. Rows of `.` and `#`. */
  z.strictObject({ ask: z.literal('paint'), tokens: z.array(z.string().max(16)).min(2).max(12), answer: z.array(z.string()) }),
])

export const quizSchema = z.discriminatedUnion('type', [
  /** `answer` counts from 0 in the order of the text; options are shuffled when they are shown. */
  z.strictObject({ type: z.literal('one'), answer: z.number().int().nonnegative() }),
  z.strictObject({ type: z.literal('several'), answers: z.array(z.number().int().nonnegative()).min(1) }),
  /** `answer` is computed from an arithmetic expression: digits, + − × ÷ as + - * /, sqrt(), and powers as ^. */
  z.strictObject({ type: z.literal('number'), answer: z.string().max(100), within: z.number().nonnegative().default(0) }),
  /** The options in the text are in the right order. */
  z.strictObject({ type: z.literal('order') }),
])

type Predict = z.output<typeof predictSchema>
export type PredictOf<A extends Predict['ask'] = Predict['ask']> = Extract<Predict, { ask: A }>
type Quiz = z.output<typeof quizSchema>
export type QuizOf<T extends Quiz['type'] = Quiz['type']> = Extract<Quiz, { type: T }>

export const pieceSchema = z.union([
  z.strictObject({ kind: z.literal('lab'), lab: labName, edits: z.array(editSchema).default([]) }),
  z.strictObject({ kind: z.literal('do'), ...goal }),
  z.strictObject({ kind: z.literal('look'), view: z.enum(views), node: z.string().max(64).optional() }),
  z.strictObject({ kind: z.literal('predict'), predict: predictSchema }),
  z.strictObject({ kind: z.literal('measure'), experiment: identifier }),
  z.strictObject({ kind: z.literal('result'), claims: z.array(claimName).min(1) }),
  z.strictObject({ kind: z.literal('quiz'), quiz: quizSchema }),
  z.strictObject({ kind: z.literal('bug'), lab: labName, mend: z.array(editSchema).min(1) }),
  z.strictObject({ kind: z.literal('words') }),
])
export type Piece = z.output<typeof pieceSchema>
export type PieceKind = Piece['kind']
export type PieceOf<K extends PieceKind> = Extract<Piece, { kind: K }>

export const lessonSchema = z.strictObject({
  minutes: z.number().int().min(1).max(60),
  /** Which of the twenty questions it answers. */
  question: z.number().int().min(1).max(20).optional(),
  /** The lab it begins with. */
  lab: labName,
  pieces: z.record(identifier, pieceSchema),
})
export type LessonFacts = z.output<typeof lessonSchema>

export const courseSchema = z.strictObject({
  start: identifier,
  units: z.array(z.strictObject({ id: identifier, lessons: z.array(identifier) })),
  hunts: z.array(identifier),
})
export type Course = z.output<typeof courseSchema>

/** Text as HTML made from Markdown without HTML. A figure is `<data value="NAME"></data>`, a term `<a href="term:ID">`. */
export type Html = string

/** The words of a piece: paragraphs, then a list, then a quotation. What each means depends on the kind of the piece. */
export interface PieceTexts {
  readonly body: Html
  /** Options of a question or a prediction, each with its explanation. */
  readonly options: readonly { readonly label: Html; readonly explanation: Html }[]
  /** A hint for `do` and `bug`; the explanation after the reveal for `predict`; for `result`, why it can be contradicted. */
  readonly note: Html
}

export type Part = { readonly html: Html } | { readonly piece: string; readonly texts: PieceTexts }

export interface Screen {
  readonly title: Html
  readonly parts: readonly Part[]
}

/** A lesson in one language, as a page shows it. */
export interface Lesson extends LessonFacts {
  readonly id: string
  readonly title: Html
  /** One sentence for the card of the lesson. */
  readonly summary: Html
  readonly screens: readonly Screen[]
}

/** What a list of lessons shows. */
export interface LessonSummary extends Pick<Lesson, 'id' | 'title' | 'summary' | 'minutes' | 'question'> {
  /** Pieces that are to be completed, in order. */
  readonly steps: readonly string[]
  /** Its experiment, if it has one. */
  readonly experiments: readonly string[]
}

/** Kinds of pieces that count as steps of the learner. */
export const isStep = (kind: PieceKind): boolean => kind !== 'look' && kind !== 'result'

/** What the full experiments gave on a machine of ours, shown until they are measured here. */
export interface Reference {
  readonly machine: string
  readonly engine: string
  readonly version: string
  /** ISO 8601 day. */
  readonly date: string
  readonly measurements: Readonly<Record<string, Measurements>>
}

/** Something wrong with a lesson, found by checking it. */
export interface LessonError {
  readonly lesson: string
  /** `lesson.json`, `en.md` or `zh.md`. */
  readonly file: string
  /** Where it is known, counted from 1. */
  readonly line?: number
  readonly piece?: string
  readonly detail: string
}

/**
 * An experiment: labs that differ in one respect, the measures taken of each, and claims about them. Plain data; titles, claims and names
 * of variations are in `experiments.json` under the same ids.
 */
import type { LabDocument, LocalText } from '../lab/document'
import type { MeasureName } from './measures'

export interface Experiment {
  readonly id: string
  /** Which of the twenty questions it answers. */
  readonly questions: readonly number[]
  readonly variations: readonly Variation[]
  readonly measures: readonly MeasureName[]
  readonly claims: readonly Claim[]
  /** What shows the answer at a glance, the most important one first. One's own experiments have none: each measure then has its usual plot. */
  readonly plots?: readonly Plot[]
  /** Of one's own experiment; those of the twenty are in `experiments.json`. */
  readonly texts?: OwnTexts
}

export interface OwnTexts {
  readonly title: LocalText
  readonly summary: LocalText
  readonly variations: Readonly<Record<string, LocalText>>
  readonly claims: Readonly<Record<string, LocalText>>
}

/** How measurements are drawn. In all of them, every seed is visible, and an interval shows where the mean lies (95 %, Student's t). */
export type Plot =
  /** A measure over something that is varied in numbers: one line through the means of each group of variations. */
  | {
      readonly kind: 'lines'
      readonly measure: MeasureName
      readonly x: { readonly name: AxisName; readonly values: readonly number[] }
      /** Variations of each line, one for each value; the name of a line is a text of the experiment. */
      readonly lines: Readonly<Record<string, readonly string[]>>
      readonly logX?: boolean
      readonly logY?: boolean
    }
  /** A measure of each variation, a row each. */
  | { readonly kind: 'dots'; readonly measure: MeasureName; readonly of?: readonly string[] }
  /** A measure that gives a row of numbers: one line for each variation. */
  | {
      readonly kind: 'curves'
      readonly measure: MeasureName
      readonly along: AxisName
      readonly of?: readonly string[]
      readonly logY?: boolean
    }
  /** Matrices as rectangles: rows × columns. */
  | { readonly kind: 'sizes'; readonly measures: readonly MeasureName[]; readonly of: readonly string[] }

export const axisNames = ['length', 'width', 'batchSize', 'heads', 'head', 'layer', 'threshold', 'progress'] as const
export type AxisName = (typeof axisNames)[number]

export interface Variation {
  readonly id: string
  /** Trained for its number of steps; 0 if no training is needed. */
  readonly lab: LabDocument
  readonly steps: number
  /** With `--quick`. */
  readonly quickSteps: number
  /** Trained first; weights of the same name and shape are initialised from it. */
  readonly before?: { readonly lab: LabDocument; readonly steps: number; readonly quickSteps: number }
}

/**
 * Every variation is trained with each seed, which determines weights, batches and dropout. Without an effect, all five seeds agree on a
 * direction with probability 1/32, and all three with 1/8 (one-sided sign test).
 */
export const seedsOf = (quick: boolean): readonly number[] => (quick ? [1, 2, 3] : [1, 2, 3, 4, 5])

export const mostSeeds = 50

/** A measured number of a variation. */
export interface Figure {
  readonly measure: MeasureName
  readonly of: string
  /** Index into a row of numbers, from 0, or from the end if negative. */
  readonly at?: number | undefined
  /** A factor applied to it. */
  readonly times?: number | undefined
}
export type Term = Figure | number

/** A condition of a claim, checked per seed. */
export type Rule =
  | { readonly is: 'above'; readonly left: Term; readonly right: Term; readonly by?: number | undefined }
  | { readonly is: 'near'; readonly left: Term; readonly right: Term; readonly within: number }

export interface Claim {
  readonly id: string
  /** All must hold. */
  readonly rules: readonly Rule[]
}

/** left > right + by */
export const above = (left: Term, right: Term, by = 0): Rule => ({ is: 'above', left, right, by })
/** |left − right| ≤ within */
export const near = (left: Term, right: Term, within: number): Rule => ({ is: 'near', left, right, within })

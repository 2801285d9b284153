/** The runs of a class over their seeds as one experiment: what was measured, the interval of each mean, and the table for a file. */
import type { ClassExperiment, ClassRun } from '@core/contract/class'
import { confidenceInterval, type Interval } from '@core/experiments/interval'
import { measures, type MeasureName } from '@core/experiments/measures'
import { summarise, type Measurements, type Values } from '@core/experiments/verdict'
import { written } from '@core/experiments/written'
import type { LocalText } from '@core/lab/document'
import { csvOf } from '../../charts/save'
import { localText } from '../../locales'
import type { CurveKind } from '../../charts/seedCurvesOption'
import type { Named } from '../../charts/usePlotNames'

/** Id of the one variation. */
const variation = 'class'

/** Titles are written by pupils. */
const longestTitle = 60
export const shortTitle = (title: LocalText): string => localText(title).slice(0, longestTitle)

/** As plots name it; its one variation needs no name. */
export const experimentNamed = (experiment: ClassExperiment | null): Named => {
  const title = shortTitle(experiment?.title ?? '')
  return { id: variation, texts: { title, summary: '', variations: { [variation]: '' }, claims: {} } }
}

/** With so few seeds, an experiment is usually begun. */
const few = 3

const counted = (runs: readonly ClassRun[]): readonly ClassRun[] => runs.filter(({ counts }) => counts)

/** The validation loss and the metrics of the task, in the order of the table of measures. */
export function measuresOf(runs: readonly ClassRun[]): readonly MeasureName[] {
  const names = Object.keys(measures) as MeasureName[]
  return names.filter((name) => counted(runs).some(({ validation }) => validation && Object.hasOwn(validation, name)))
}

/** What counts, one entry for each seed. */
export const measurementsOf = (runs: readonly ClassRun[]): Measurements => ({
  [variation]: counted(runs).map(({ validation }) => (validation ?? {}) as Values),
})

export interface MeasuredRow {
  readonly measure: MeasureName
  readonly mean: string
  /** 95 %, Student's t; a dash for fewer than two seeds. */
  readonly interval: string
  /** That of the first few seeds, to compare; null where there are no more. */
  readonly early: string | null
}

/** As text. */
const numberText = (measure: MeasureName, mean: number): string =>
  written({ mean, deviation: 0 }, measures[measure]).replaceAll('-', '−')

/** Of one run. */
export const valueOf = ({ validation }: ClassRun, measure: MeasureName): string =>
  numberText(measure, validation?.[measure] ?? NaN)

export function rowsOf(runs: readonly ClassRun[]): readonly MeasuredRow[] {
  return measuresOf(runs).map((measure) => {
    const numbers = counted(runs).map(({ validation }) => validation?.[measure] ?? NaN)
    const number = (mean: number): string => numberText(measure, mean)
    const text = (interval: Interval | null): string => (interval ? `[${number(interval.low)}, ${number(interval.high)}]` : '–')
    return {
      measure,
      mean: number(summarise(numbers).mean),
      interval: text(confidenceInterval(numbers)),
      early: numbers.length > few ? text(confidenceInterval(numbers.slice(0, few))) : null,
    }
  })
}

export function kindOf({ state, counts }: ClassRun): CurveKind {
  if (state === 'finished') return counts ? 'counted' : 'repeated'
  return state === 'stopped' || state === 'failed' || state === 'interrupted' ? 'ended' : 'training'
}

/** One row for each pupil's run. Begins with a byte order mark for Excel. */
export function seedsCsv(runs: readonly ClassRun[]): string {
  const names = [...new Set(runs.flatMap(({ validation }) => Object.keys(validation ?? {})))]
  const rows = runs.map(({ pupil, seed, state, step, counts, validation }) => [
    ...[pupil, seed, state, step, counts ? 'yes' : 'no'],
    ...names.map((name) => validation?.[name] ?? ''),
  ])
  return `\ufeff${csvOf([['pupil', 'seed', 'state', 'step', 'counts', ...names], ...rows])}`
}

/** The outline of a run for the list: what it trains, and its results so far. */
import { evaluationsOf } from './evaluations'
import type { RunOverview } from './runs'
import type { LabDocument } from '../lab/document'
import { envelope, noPoints, type RunSeries } from '../series/series'

export type RunOutline = Pick<RunOverview, 'title' | 'task' | 'loss' | 'evaluation' | 'curve'>
type Figures = Pick<RunOutline, 'loss' | 'evaluation' | 'curve'>

/** Number of points of a curve in the list. */
const curvePoints = 48

export const outlineOf = ({ title, task }: LabDocument, figures: Figures): RunOutline => ({
  title,
  task: task.kind,
  ...figures,
})

export const noFigures: Figures = { loss: null, evaluation: null, curve: noPoints }

export function figuresOf(series: RunSeries): Figures {
  const loss = series.get('loss')
  if (!loss) return { ...noFigures, evaluation: evaluationsOf(series).at(-1) ?? null }
  const { steps, values } = envelope(loss.points(), curvePoints)
  return {
    loss: loss.last ?? null,
    evaluation: evaluationsOf(series).at(-1) ?? null,
    curve: { steps: steps.slice(), values: values.slice() },
  }
}

/** Creation time of a run in milliseconds since 1970, which is encoded at the start of its id; null for other ids. */
export function beginningOf(run: string): number | null {
  const time = /^([0-9a-z]{8,9})-[0-9a-f]+$/.exec(run)?.[1]
  return time === undefined ? null : parseInt(time, 36)
}

/** A run as a report shows it. */
import type { RunLabel } from '../contract/run-label'
import type { RunStatus, RunSummary } from '../contract/runs'
import type { LabDocument } from '../lab/document'
import type { RunSeries } from '../series/series'
import { textIn, type ReportTexts } from './texts'

export interface ReportRun {
  /** A, B, … in the order of the runs. */
  readonly letter: string
  readonly lab: LabDocument
  readonly label: RunLabel
  readonly status: RunStatus
  readonly summary: RunSummary | null
  readonly series: RunSeries
  /** When it was requested, in milliseconds since 1970; null if unknown. */
  readonly begun: number | null
  /** The sentence of its problem, if it has one. */
  readonly problem: string | null
}

export const nameOfRun = ({ label, lab }: Pick<ReportRun, 'label' | 'lab'>, texts: ReportTexts): string =>
  label.name === '' ? textIn(texts, lab.title) : label.name

/** Scores of heads as CSV: one row for each step and head, empty where a score is not defined. */
import type { HeadReport } from '@core/contract/heads'
import { headScoreNames } from '@core/heads/scores'
import { csvOf } from '../../charts/save'

export function headsCsv(reports: readonly HeadReport[]): string {
  const rows = reports.flatMap(({ step, heads }) =>
    heads.map(({ block, head, scores }) => {
      const values = headScoreNames.map((name) => (typeof scores[name] === 'number' ? scores[name] : ''))
      return [step, block, head + 1, ...values]
    }),
  )
  return csvOf([['step', 'block', 'head', ...headScoreNames], ...rows])
}

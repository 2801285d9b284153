/** Reports what became of the initial weights of a training: how many were used, and why others were not. */
import { notTaken, takenCounts, type Transplant } from '@core/graph/transplant'
import type { Texts } from '../texts'
import type { Output } from './output'

export function reportTransplant(report: Transplant, json: boolean, { output, texts }: { output: Output; texts: Texts }): void {
  if (json) {
    output.json({ type: 'transplant', ...report })
    return
  }
  output.line(texts.weights('taken', takenCounts(report)))
  if (report.merged?.length) output.line(texts.weights('merged', { count: report.merged.length }))
  for (const { name, reason, shapes } of notTaken(report)) output.line(`  ${name}: ${texts.weights(reason, shapes)}`)
}

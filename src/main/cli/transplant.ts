/** What became of the weights that a training begins with: how many went over, and each that did not, with the reason. */
import type { Transplant } from '@core/graph/transplant'
import type { Texts } from '../texts'
import type { Output } from './output'

export function reportTransplant(report: Transplant, json: boolean, { output, texts }: { output: Output; texts: Texts }): void {
  const { matched, misfits, missing, unused } = report
  if (json) {
    output.json({ type: 'transplant', ...report })
    return
  }
  output.line(texts.cli('transplanted', { matched: matched.length, others: misfits.length + missing.length }))
  for (const { name, reason, own, given } of misfits) {
    const sizes = { own: `(${own.join(', ')})`, given: `(${given.join(', ')})` }
    output.line(`  ${name}: ${texts.cli(reason === 'shape' ? 'transplantShape' : 'transplantType', sizes)}`)
  }
  for (const name of missing) output.line(`  ${name}: ${texts.cli('transplantMissing')}`)
  for (const name of unused) output.line(`  ${name}: ${texts.cli('transplantUnused')}`)
}

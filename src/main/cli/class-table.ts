/** Precision, recall and F1 of each class, beside the majority baseline. */
import type { NamedClass } from '@core/contract/runs'
import { tokenText } from '@core/tokenisers/token-text'
import type { Texts } from '../texts'
import type { Output } from './output'
import { table } from './table'

/** Limit on the classes printed, those with the highest support; the JSON has all. */
const mostLines = 40

export function printClasses(classes: readonly NamedClass[], output: Output, texts: Texts): void {
  const share = (value: number): string => texts.value('accuracy', value)
  const shown = classes.length <= mostLines ? classes : classes.toSorted((a, b) => b.support - a.support).slice(0, mostLines)
  const rows = shown.map(({ name, support, baseline, ...scores }) => [
    tokenText(name),
    String(support),
    ...(['precision', 'recall', 'f1'] as const).flatMap((figure) => [share(scores[figure]), `(${share(baseline[figure])})`]),
  ])
  for (const line of table(texts.cli('classColumns').split(','), rows)) output.line(line)
  const count = classes.length - shown.length
  if (count > 0) output.say(texts.cli('classesLeftOut', { count }))
}

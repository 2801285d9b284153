/** Formats measured numbers and the comparisons of claims as text. */
import { format } from '../locales/format'
import { measures, type Format, type MeasureName } from './measures'
import type { Rule, Term } from './types'
import { summarise, type Measured, type Summary, type Values } from './verdict'

/** Texts of one language; a missing name is shown by its id. */
export interface ExperimentTexts {
  readonly rules: Readonly<Record<'above' | 'aboveBy' | 'near', string>>
  readonly measure: (name: MeasureName) => string
  readonly variation: (id: string) => string
}

/** `97.1 % ± 0.2`; a dash if there is nothing to measure. */
export function written({ mean, deviation }: Summary, kind: Format): string {
  if (!Number.isFinite(mean)) return mean === Infinity ? '∞' : '–'
  const share = kind === 'share' ? 100 : 1
  const digits = (number: number): string => {
    if (kind === 'share') return number.toFixed(1)
    if (kind === 'tiny') return number === 0 ? '0' : number.toExponential(1)
    if (kind === 'number') return String(Number(number.toPrecision(3)))
    return String(Math.round(number))
  }
  return `${digits(share * mean)}${deviation > 0 ? ` ± ${digits(share * deviation)}` : ''}${kind === 'share' ? ' %' : ''}`
}

/** e.g. `accuracy, 4 heads: 97.1 % ± 0.2 > accuracy, 1 head: 96.0 % ± 0.4` */
export function comparison(rule: Rule, left: Summary, right: Summary, texts: ExperimentTexts): string {
  const kind: Format =
    [rule.left, rule.right].map((term) => (typeof term === 'number' ? null : measures[term.measure])).find(Boolean) ?? 'number'
  const alone = (number: number): string => written({ mean: number, deviation: 0 }, kind)
  const side = (term: Term, summary: Summary): string => {
    if (typeof term === 'number') return alone(term)
    const number = written(summary, kind)
    const { measure, of, at, times = 1 } = term
    const place = at === undefined ? '' : ` [${at}]`
    return `${times === 1 ? '' : `${times} × `}${texts.measure(measure)}${place}, ${texts.variation(of)}: ${number}`
  }
  const sides = { left: side(rule.left, left), right: side(rule.right, right) }
  if (rule.is === 'near') return format(texts.rules.near, { ...sides, within: alone(rule.within) })
  return rule.by ? format(texts.rules.aboveBy, { ...sides, by: alone(rule.by) }) : format(texts.rules.above, sides)
}

/** A number with its deviation; a row of numbers without deviations, to save space. */
export function cell(columns: readonly (readonly number[])[], kind: Format): string {
  const summaries = columns.map(summarise)
  if (kind === 'shape') return `(${summaries.map(({ mean }) => mean).join(', ')})`
  if (summaries.length === 1) return written(summaries[0]!, kind)
  return summaries.map(({ mean }) => written({ mean, deviation: 0 }, kind)).join('  ')
}

/** The numbers of a measure by index, each over all seeds. */
export function columnsOf(values: readonly Values[], name: MeasureName): readonly (readonly number[])[] {
  const rows = values.map((value) => rowOf(value[name]))
  return (rows[0] ?? []).map((_, place) => rows.map((row) => row[place] ?? NaN))
}

const rowOf = (measured: Measured | undefined): readonly number[] =>
  typeof measured === 'number' ? [measured] : (measured ?? [])

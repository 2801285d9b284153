/** Which columns of a table a task reads: those that were set, else found by their usual names, else by their contents. */
import { LabError } from '../../errors'
import { clip } from './clip'

/** Several texts where JSON has a list. */
export type Cell = string | readonly string[]
export type Cells = ReadonlyMap<string, Cell>

interface ColumnChoice {
  /** The name that was set; empty if the column is to be detected. */
  readonly wanted: string
  /** Names it usually has, in lower case, the most telling first. */
  readonly usual: readonly string[]
  /** Running text, or classes, of which a cell may hold several. */
  readonly holds: 'text' | ((cell: Cell | undefined) => readonly string[])
}
export type ColumnChoices<K extends string = string> = Readonly<Record<K, ColumnChoice>>
export type Chosen<K extends string = string> = Readonly<Record<K, string>>

/** A text column whose texts are at least this long, compared with the longest ones, could be the text as well. */
const SIMILAR_LENGTH = 0.7
/** Fewer values do not show whether they come up again; so few rows are not enough to train on either. */
const FEW_VALUES = 10

export const joined = (cell: Cell | undefined): string => (typeof cell === 'string' ? cell : (cell ?? []).join(' ')).trim()
export const isNumber = (text: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)

const wordCount = (text: string): number => text.split(/\s+/).length + (text.match(/\p{Script=Han}/gu)?.length ?? 0)

/** Words per text times the share of texts that differ: high for running text, 0 for numbers. */
function textScore(texts: readonly string[]): number {
  const filled = texts.filter((text) => text !== '')
  if (filled.length === 0 || filled.every(isNumber)) return 0
  const words = filled.reduce((sum, text) => sum + wordCount(text) + text.length / 1000, 0)
  return (words / filled.length) * (new Set(filled).size / filled.length)
}

/** Of several text columns all that hold running text, in their order; of one, the longest texts by a clear margin. */
function textColumns(rows: readonly Cells[], free: readonly string[], wanted: number, alone: boolean): string[] {
  const scores = free
    .map((column) => ({ column, score: textScore(rows.map((cells) => joined(cells.get(column)))) }))
    .filter(({ score }) => score > 0)
  if (alone) {
    const [best, next] = scores.toSorted((a, b) => b.score - a.score)
    return best && (next?.score ?? 0) < SIMILAR_LENGTH * best.score ? [best.column] : []
  }
  // Single words beside longer texts are ids or languages.
  const longer = scores.filter(({ score }) => score >= 1.5)
  const found = longer.length >= wanted ? longer : scores
  return found.length === wanted ? found.map(({ column }) => column) : []
}

/** Columns in which few values, none of them a decimal number, come up again and again. */
function classColumns(
  rows: readonly Cells[],
  free: readonly string[],
  valuesOf: (cell: Cell | undefined) => readonly string[],
): string[] {
  const found = free
    .map((column) => ({ column, values: rows.flatMap((cells) => valuesOf(cells.get(column))).filter((value) => value !== '') }))
    .filter(({ values }) => values.length > 0 && !values.some((value) => isNumber(value) && value.includes('.')))
    .map(({ column, values }) => ({ column, distinct: new Set(values).size, count: values.length }))
    .filter(({ distinct, count }) => 2 * distinct <= count || count < FEW_VALUES)
  const several = found.filter(({ distinct }) => distinct > 1)
  return (several.length > 0 ? several : found).map(({ column }) => column)
}

/** By the names of the settings; empty where neither names nor contents tell. A column that was set need not exist. */
export function detectColumns<K extends string>(
  rows: readonly Cells[],
  columns: readonly string[],
  choices: ColumnChoices<K>,
): Chosen<K> {
  const entries = Object.entries<ColumnChoice>(choices)
  const chosen = new Map(entries.map(([name, { wanted }]) => [name, wanted]))
  const free = (): string[] => columns.filter((column) => ![...chosen.values()].includes(column))
  const open = (): [string, ColumnChoice][] => entries.filter(([name]) => chosen.get(name) === '')

  for (const [name, { usual }] of open()) {
    const names = free()
    const named = usual
      .map((each) => names.find((column) => column.toLowerCase() === each))
      .find((column) => column !== undefined)
    if (named !== undefined) chosen.set(name, named)
  }
  const texts = open().filter(([, { holds }]) => holds === 'text')
  const alone = entries.filter(([, { holds }]) => holds === 'text').length === 1
  if (texts.length > 0) {
    const found = textColumns(rows, free(), texts.length, alone)
    texts.forEach(([name], index) => chosen.set(name, found[index] ?? ''))
  }
  for (const [name, { holds }] of open()) {
    if (holds === 'text') continue
    const found = classColumns(rows, free(), holds)
    if (found.length === 1) chosen.set(name, found[0]!)
  }
  return Object.fromEntries(chosen) as Chosen<K>
}

/** Throws LabError `table.one-column`, `table.no-column`, `table.same-column` or `table.choose-column`. */
export function requireColumns(columns: readonly string[], chosen: Chosen): void {
  const entries = Object.entries(chosen)
  const known = clip(columns.join(', '))
  const missing = entries.find(([, column]) => column !== '' && !columns.includes(column))
  if (missing) throw new LabError('table.no-column', { column: missing[1], columns: known })
  if (columns.length < entries.length) throw new LabError('table.one-column')
  const set = entries.map(([, column]) => column).filter((column) => column !== '')
  const twice = set.find((column, index) => set.indexOf(column) !== index)
  if (twice !== undefined) throw new LabError('table.same-column', { column: twice })
  const open = entries.find(([, column]) => column === '')
  if (open) throw new LabError('table.choose-column', { setting: open[0], columns: known })
}

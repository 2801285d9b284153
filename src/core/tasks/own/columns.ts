/** Which columns of a table a task reads: those set by the learner, else found by their usual names, else by their contents. */
import { LabError } from '../../errors'
import { clip } from './clip'

/** Several strings for a JSON array. */
export type Cell = string | readonly string[]
export type Cells = ReadonlyMap<string, Cell>

interface ColumnChoice {
  /** The name set by the learner; empty to detect the column. */
  readonly wanted: string
  /** Usual names in lower case, the most specific first. */
  readonly usual: readonly string[]
  /** Running text, or a function from a cell to its classes. */
  readonly holds: 'text' | ((cell: Cell | undefined) => readonly string[])
}
export type ColumnChoices<K extends string = string> = Readonly<Record<K, ColumnChoice>>
export type Chosen<K extends string = string> = Readonly<Record<K, string>>

/** A second text column of at least this relative length makes the choice ambiguous. */
const SIMILAR_LENGTH = 0.7
/** Fewer values do not show whether they repeat; such a table is too small for training anyway. */
const FEW_VALUES = 10

export const joined = (cell: Cell | undefined): string => (typeof cell === 'string' ? cell : (cell ?? []).join(' ')).trim()
export const isNumber = (text: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)

const wordCount = (text: string): number => text.split(/\s+/).length + (text.match(/\p{Script=Han}/gu)?.length ?? 0)

/** Mean words per text times the share of distinct texts: high for running text, 0 for numbers. */
function textScore(texts: readonly string[]): number {
  const filled = texts.filter((text) => text !== '')
  if (filled.length === 0 || filled.every(isNumber)) return 0
  const words = filled.reduce((sum, text) => sum + wordCount(text) + text.length / 1000, 0)
  return (words / filled.length) * (new Set(filled).size / filled.length)
}

/** For several text columns, all that contain running text, in order; for one, the column with clearly the longest texts. */
function textColumns(rows: readonly Cells[], free: readonly string[], wanted: number, alone: boolean): string[] {
  const scores = free
    .map((column) => ({ column, score: textScore(rows.map((cells) => joined(cells.get(column)))) }))
    .filter(({ score }) => score > 0)
  if (alone) {
    const [best, next] = scores.toSorted((a, b) => b.score - a.score)
    return best && (next?.score ?? 0) < SIMILAR_LENGTH * best.score ? [best.column] : []
  }
  // Single words next to longer texts are ids or languages.
  const longer = scores.filter(({ score }) => score >= 1.5)
  const found = longer.length >= wanted ? longer : scores
  return found.length === wanted ? found.map(({ column }) => column) : []
}

/** Columns with few, repeating values, none of them a decimal number. */
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

/** The column of each setting; empty if neither names nor contents identify it. A column set by the learner may not exist. */
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

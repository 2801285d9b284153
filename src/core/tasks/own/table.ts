/** The learner's own rows: a file of comma-, semicolon- or tab-separated values, or of one JSON object a line, as one kind of table. */
import { z } from 'zod'
import { LabError } from '../../errors'
import type { Preview } from '../types'
import { linesOf } from './lines'
import { csvRecords, tsvRecords, type TableRecord } from './csv'

/** Several texts where JSON has a list. */
export type Cell = string | readonly string[]

export interface Row {
  readonly line: number
  readonly cells: ReadonlyMap<string, Cell>
}

const formats = ['csv', 'semicolons', 'tsv', 'jsonl'] as const
type Format = (typeof formats)[number]
export const formatParam = z.enum(['auto', ...formats]).default('auto')
type FormatParam = z.output<typeof formatParam>

export interface Table {
  readonly format: Format
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
}

const PREVIEW_ROWS = 5
const PREVIEW_CHARACTERS = 200

/** JSON where the file begins like it; else the sign that is most frequent in the first line. */
function detect(text: string): Format {
  const start = text.trimStart()
  if (/^[{[]/.test(start)) return 'jsonl'
  const first = /^[^\r\n]*/.exec(start)![0]
  const count = (sign: string): number => first.split(sign).length - 1
  const counts = { tsv: count('\t'), csv: count(','), semicolons: count(';') }
  if (counts.tsv > 0 && counts.tsv >= counts.csv && counts.tsv >= counts.semicolons) return 'tsv'
  return counts.semicolons > counts.csv ? 'semicolons' : 'csv'
}

const readers: Readonly<{ [F in Format]: (text: string) => Generator<Row> }> = {
  csv: (text) => withHeader(csvRecords(text, ',')),
  semicolons: (text) => withHeader(csvRecords(text, ';')),
  tsv: (text) => withHeader(tsvRecords(text)),
  jsonl: jsonRows,
}

/** The first record names the columns; one without a name is called by its number. */
function* withHeader(records: Generator<TableRecord>): Generator<Row> {
  const header = records.next().value as TableRecord | undefined
  if (!header) return
  const columns = header.cells.map((name, index) => name.trim() || `#${index + 1}`)
  const twice = columns.find((name, index) => columns.indexOf(name) !== index)
  if (twice !== undefined) throw new LabError('table.same-name', { line: header.line, column: twice })
  for (const { line, cells } of records) {
    if (cells.length !== columns.length)
      throw new LabError('table.ragged', { line, cells: cells.length, columns: columns.length })
    yield { line, cells: new Map(columns.map((column, index) => [column, cells[index]!])) }
  }
}

function* jsonRows(text: string): Generator<Row> {
  for (const { line, text: written } of linesOf(text)) {
    if (written.trim() === '') continue
    const value = parseJson(written, line)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new LabError('table.not-object', { line })
    yield { line, cells: new Map(Object.entries(value).map(([column, content]) => [column, cellOf(content, line, column)])) }
  }
}

function parseJson(text: string, line: number): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new LabError('table.not-json', { line, detail: error instanceof Error ? error.message : String(error) })
  }
}

function cellOf(value: unknown, line: number, column: string): Cell {
  if (Array.isArray(value)) return value.map((each) => textOf(each, line, column))
  return textOf(value, line, column)
}
function textOf(value: unknown, line: number, column: string): string {
  if (value === null) return ''
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new LabError('table.no-text-value', { line, column })
}

/** @throws LabError naming the line, or `table.empty`. */
export function readTable(text: string, wanted: FormatParam): Table {
  const format = wanted === 'auto' ? detect(text) : wanted
  const rows = [...readers[format](text)]
  if (rows.length === 0) throw new LabError('table.empty')
  return { format, columns: columnsOf(rows), rows }
}

const columnsOf = (rows: readonly Row[]): string[] => [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))]

/** Which column a setting takes: the one it names, else one with a usual name, else by its place. */
export interface ColumnChoice {
  readonly wanted: string
  readonly usual: readonly string[]
  /** From the front, or from the end if negative. */
  readonly place: number
}

/** Never throws for a column that does not exist: the name it was asked for. */
function guess(columns: readonly string[], { wanted, usual, place }: ColumnChoice): string {
  if (wanted !== '') return wanted
  return columns.find((column) => usual.includes(column.toLowerCase())) ?? columns.at(place) ?? ''
}

/** @throws LabError `table.no-column`, naming those there are, or `table.same-column`. */
export function chooseColumns<K extends string>(
  { columns }: Table,
  choices: Readonly<{ [N in K]: ColumnChoice }>,
): { [N in K]: string } {
  const chosen = Object.fromEntries(
    Object.entries<ColumnChoice>(choices).map(([name, choice]) => [name, guess(columns, choice)]),
  ) as { [N in K]: string }
  const names = Object.values<string>(chosen)
  const missing = names.find((column) => !columns.includes(column))
  if (missing !== undefined) throw new LabError('table.no-column', { column: missing, columns: columns.join(', ') })
  if (new Set(names).size < names.length) throw new LabError('table.same-column', { column: names[0]! })
  return chosen
}

/** The first rows as they are read, and what would be chosen. Reads no further than it must. Throws what reading throws. */
export function previewTable(text: string, wanted: FormatParam, choices: Readonly<{ [name: string]: ColumnChoice }>): Preview {
  const format = wanted === 'auto' ? detect(text) : wanted
  const rows: Row[] = []
  for (const row of readers[format](text)) if (rows.push(row) === PREVIEW_ROWS) break
  if (rows.length === 0) throw new LabError('table.empty')
  const columns = columnsOf(rows)
  const shown = (cell: Cell | undefined): string => clip(typeof cell === 'string' ? cell : (cell ?? []).join(' | '))
  return {
    format,
    columns,
    rows: rows.map(({ cells }) => columns.map((column) => shown(cells.get(column)))),
    chosen: Object.fromEntries(Object.entries(choices).map(([name, choice]) => [name, guess(columns, choice)])),
  }
}

export const clip = (text: string): string =>
  text.length > PREVIEW_CHARACTERS ? `${text.slice(0, PREVIEW_CHARACTERS)}…` : text

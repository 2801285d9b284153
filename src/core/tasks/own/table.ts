/** The learner's rows: a file of comma-, semicolon- or tab-separated values or JSON Lines, read as one kind of table. */
import { z } from 'zod'
import { exceededIn } from '../../bounded'
import { LabError, type Problem } from '../../errors'
import type { Preview } from '../types'
import { clip } from './clip'
import { detectColumns, isNumber, requireColumns, type Cell, type Cells, type Chosen, type ColumnChoices } from './columns'
import { csvRecords, tsvRecords, type TableRecord } from './csv'
import { linesOf } from './lines'

export interface Row {
  readonly line: number
  readonly cells: Cells
}

const formats = ['csv', 'semicolons', 'tsv', 'jsonl'] as const
type Format = (typeof formats)[number]
export const tableParams = {
  format: z.enum(['auto', ...formats]).default('auto'),
  header: z.enum(['auto', 'yes', 'no']).default('auto'),
}
interface TableSettings {
  readonly format: 'auto' | Format
  readonly header: 'auto' | 'yes' | 'no'
}

interface Table<K extends string> {
  readonly rows: readonly Row[]
  readonly chosen: Chosen<K>
  readonly notices: readonly Problem[]
}

const PREVIEW_ROWS = 5
/** Rows inspected to detect the separator, and to detect header and columns. */
const SEPARATOR_ROWS = 20
const SAMPLE_ROWS = 1000
/** Limits on a row of JSON. */
const deepest = { levels: 100, values: Infinity }
/** Longer names do not fit in a setting; such columns are named by number. */
const LONGEST_NAME = 200

const recordsOf: Readonly<{ [F in Exclude<Format, 'jsonl'>]: (text: string) => Generator<TableRecord> }> = {
  csv: (text) => csvRecords(text, ','),
  semicolons: (text) => csvRecords(text, ';'),
  tsv: tsvRecords,
}

/** The first items that can be read; throws only if the first one cannot. */
function firstOf<T>(items: Iterable<T>, count: number): T[] {
  const found: T[] = []
  try {
    for (const item of items) if (found.push(item) === count) break
  } catch (error) {
    if (found.length === 0) throw error
  }
  return found
}

/** Excel's separator line. Its line end is kept, so that line numbers do not change. */
const SEPARATOR_LINE = /^"?sep=([,;\t])"?(?=[\r\n])/i

/**
 * JSON if the file begins like it; else the separator of a `sep=` line; else the one that splits the first rows into equally many cells. If
 * none or several do, the most frequent one in the first line.
 */
function detectFormat(text: string, declared: string | undefined): Format {
  if (declared !== undefined) return declared === ';' ? 'semicolons' : declared === ',' ? 'csv' : 'tsv'
  const start = text.trimStart()
  if (/^[{[]/.test(start)) return 'jsonl'
  const first = /^[^\r\n]*/.exec(start)![0]
  const count = (sign: string): number => first.split(sign).length - 1
  const signs = (
    [
      ['tsv', '\t'],
      ['csv', ','],
      ['semicolons', ';'],
    ] as const
  ).toSorted((a, b) => count(b[1]) - count(a[1]))
  const even = signs.find(([format, sign]) => {
    if (count(sign) === 0) return false
    try {
      const widths = firstOf(recordsOf[format](text), SEPARATOR_ROWS).map(({ cells }) => cells.length)
      return widths[0]! > 1 && widths.every((width) => width === widths[0])
    } catch {
      return false
    }
  })
  return (even ?? signs.find(([, sign]) => count(sign) > 0) ?? (['csv'] as const))[0]
}

/** Whether the first record is a header: short names, no numbers, and not among the values below. */
function hasHeader(records: readonly TableRecord[], usual: ReadonlySet<string>): boolean {
  const [first, ...rest] = records.map(({ cells }) => cells.map((cell) => cell.trim()))
  const names = first ?? []
  const isValue = names.map((name, column) => name !== '' && rest.some((cells) => cells[column] === name))
  if (names.some((name, column) => name !== '' && usual.has(name.toLowerCase()) && !isValue[column])) return true
  return names.every(
    (name, column) =>
      !isValue[column] && !isNumber(name) && name.length <= 40 && name.split(/\s+/).length <= 3 && !/[.!?。！？]$/.test(name),
  )
}

/** Columns without a usable name are named by number. */
function* rowsOf(records: Generator<TableRecord>, header: boolean): Generator<Row> {
  let columns: readonly string[] | undefined
  for (const { line, cells } of records) {
    if (!columns) {
      columns = cells.map((cell, index) => {
        const name = header ? cell.trim() : ''
        return name === '' || name.length > LONGEST_NAME ? `#${index + 1}` : name
      })
      const names = columns
      const twice = names.find((name, index) => names.indexOf(name) !== index)
      if (twice !== undefined) throw new LabError('table.same-name', { line, column: twice })
      if (header) continue
    }
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
    if (exceededIn(text, deepest)) throw new RangeError(`more than ${deepest.levels} levels`) // for which JSON.parse takes seconds
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

/** Detects the format of a file; `rows` iterates over its rows from the beginning. */
function open(text: string, settings: TableSettings, choices: ColumnChoices): { format: Format; rows: () => Generator<Row> } {
  const separator = SEPARATOR_LINE.exec(text)
  const content = separator ? text.slice(separator[0].length) : text
  const format = settings.format === 'auto' ? detectFormat(content, separator?.[1]) : settings.format
  if (format === 'jsonl') return { format, rows: () => jsonRows(content) }
  const records = (): Generator<TableRecord> => recordsOf[format](content)
  const all = Object.values<ColumnChoices[string]>(choices)
  const usual = new Set(all.flatMap(({ wanted, usual }) => [wanted.toLowerCase(), ...usual]))
  const header = settings.header === 'auto' ? hasHeader(firstOf(records(), SAMPLE_ROWS), usual) : settings.header === 'yes'
  return { format, rows: () => rowsOf(records(), header) }
}

function columnsOf(rows: readonly Row[]): string[] {
  const columns = new Set<string>()
  for (const { cells } of rows) for (const column of cells.keys()) columns.add(column)
  return [...columns]
}
const detect = <K extends string>(rows: readonly Row[], columns: readonly string[], choices: ColumnChoices<K>): Chosen<K> =>
  detectColumns(
    rows.slice(0, SAMPLE_ROWS).map(({ cells }) => cells),
    columns,
    choices,
  )

/** Normalises Unicode, so that classes that look the same are equal. */
function withComposed(row: Row, columns: readonly string[]): Row {
  const composed = (cell: Cell): Cell => (typeof cell === 'string' ? cell.normalize() : cell.map((each) => each.normalize()))
  const cells = columns.flatMap((column) => {
    const cell = row.cells.get(column)
    return cell === undefined ? [] : [[column, composed(cell)] as const]
  })
  return { ...row, cells: new Map([...row.cells, ...cells]) }
}

/**
 * All rows, and the columns to read.
 * @throws LabError with the line, `table.empty`, or as {@link requireColumns}.
 */
export function readTable<K extends string>(text: string, settings: TableSettings, choices: ColumnChoices<K>): Table<K> {
  const rows = [...open(text, settings, choices).rows()]
  if (rows.length === 0) throw new LabError('table.empty')
  const columns = columnsOf(rows)
  const chosen = detect(rows, columns, choices)
  requireColumns(columns, chosen)
  const classes = Object.keys(chosen).filter((name) => choices[name as K].holds !== 'text')
  const composed = rows.map((row) =>
    withComposed(
      row,
      classes.map((name) => chosen[name as K]),
    ),
  )
  const detected = Object.entries<string>(chosen).filter(([name, column]) => {
    const { wanted, usual } = choices[name as K]
    return wanted === '' && !usual.includes(column.toLowerCase())
  })
  const found = detected.map(([name, column]) => `${name}: ${column}`).join(', ')
  return { rows: composed, chosen, notices: found === '' ? [] : [{ code: 'table.detected', params: { columns: found } }] }
}

/** The first rows as read, and the columns that would be chosen. Throws `table.empty`, or what reading the first row throws. */
export function previewTable(text: string, settings: TableSettings, choices: ColumnChoices): Preview {
  const { format, rows: read } = open(text, settings, choices)
  const rows = firstOf(read(), SAMPLE_ROWS)
  if (rows.length === 0) throw new LabError('table.empty')
  const columns = columnsOf(rows)
  const shown = (cell: Cell | undefined): string => clip(typeof cell === 'string' ? cell : (cell ?? []).join(' | '))
  return {
    format,
    columns,
    rows: rows.slice(0, PREVIEW_ROWS).map(({ cells }) => columns.map((column) => shown(cells.get(column)))),
    chosen: detect(rows, columns, choices),
  }
}

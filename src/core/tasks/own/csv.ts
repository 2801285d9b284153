/** Comma-separated values (RFC 4180): quoted cells may contain separators, line breaks, and doubled quotes. */
import { LabError } from '../../errors'
import { linesOf } from './lines'

export interface TableRecord {
  /** First line of the record, from 1. */
  readonly line: number
  readonly cells: readonly string[]
}

const breaks = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0

/**
 * Parses records one by one. Lines end in LF, CR LF or CR; empty lines are skipped. A quote inside an unquoted cell is literal.
 * @throws LabError `table.open-quote` or `table.after-quote`, with the line.
 */
export function* csvRecords(text: string, separator: string): Generator<TableRecord> {
  const end = new RegExp(`[${separator}\r\n]`, 'g')
  let at = 0
  let line = 1

  function quotedCell(): string {
    const first = line
    const parts: string[] = []
    for (at++; ; at++) {
      const quote = text.indexOf('"', at)
      if (quote < 0) throw new LabError('table.open-quote', { line: first })
      parts.push(text.slice(at, quote))
      at = quote + 1
      if (text[at] !== '"') break
    }
    const cell = parts.join('"')
    line += breaks(cell)
    const next = text[at]
    if (next !== undefined && next !== separator && next !== '\r' && next !== '\n') {
      throw new LabError('table.after-quote', { line })
    }
    return cell
  }
  function plainCell(): string {
    end.lastIndex = at
    const stop = end.exec(text)?.index ?? text.length
    const cell = text.slice(at, stop)
    at = stop
    return cell
  }

  while (at < text.length) {
    const first = line
    const cells: string[] = []
    for (;;) {
      cells.push(text[at] === '"' ? quotedCell() : plainCell())
      if (text[at] !== separator) break
      at++
    }
    at += text.startsWith('\r\n', at) ? 2 : 1
    line++
    if (cells.length > 1 || cells[0] !== '') yield { line: first, cells }
  }
}

/** Tab-separated values (IANA): no quoting, so cells contain neither tabs nor line breaks. Empty lines are skipped. */
export function* tsvRecords(text: string): Generator<TableRecord> {
  for (const { line, text: row } of linesOf(text)) if (row !== '') yield { line, cells: row.split('\t') }
}

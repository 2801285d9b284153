/**
 * Sentences with a tag for each word, as in CoNLL's shared tasks: a word a line with its columns, an empty line after each sentence. Of
 * CoNLL-U, comments, ranges of words (1-2) and words that are not there (1.1) are left out.
 */
import { LabError } from '../../errors'
import type { Preview } from '../types'
import { linesOf } from './lines'
import { clip } from './table'

export interface TaggedSentence {
  readonly line: number
  readonly words: readonly string[]
  readonly tags: readonly string[]
}

/** Columns by number, from 1; 0 is the last one. */
export interface ConllColumns {
  readonly word: number
  readonly tag: number
}

const PREVIEW_LINES = 12

/** The columns of a line: between tabs where there are some, else between spaces. Null for what is no word. */
function cellsOf(line: string): string[] | null {
  if (/^#( |$)/.test(line) || /^\d+[-.]\d+\t/.test(line)) return null
  return line.includes('\t') ? line.split('\t') : line.trim().split(/ +/)
}

/** @throws LabError `table.empty`, `conll.no-column`, `conll.no-word` or `conll.no-tag`, the last three with the line. */
export function readConll(text: string, { word, tag }: ConllColumns): TaggedSentence[] {
  const sentences: TaggedSentence[] = []
  let open: { line: number; words: string[]; tags: string[] } | null = null
  for (const { line, text: content } of linesOf(text)) {
    if (content.trim() === '') {
      open = null
      continue
    }
    const cells = cellsOf(content)
    if (!cells) continue
    const at = (column: number): string => {
      const found = column === 0 ? cells.at(-1) : cells[column - 1]
      if (found === undefined || (column === 0 && cells.length < 2)) {
        throw new LabError('conll.no-column', { line, column: column === 0 ? 2 : column, columns: cells.length })
      }
      return found.trim()
    }
    const [form, label] = [at(word), at(tag)]
    if (form === '') throw new LabError('conll.no-word', { line })
    if (label === '') throw new LabError('conll.no-tag', { line })
    if (!open) sentences.push((open = { line, words: [], tags: [] }))
    open.words.push(form)
    open.tags.push(label)
  }
  if (sentences.length === 0) throw new LabError('table.empty')
  return sentences
}

/** The first lines with their columns by number. Throws `table.empty`. */
export function previewConll(text: string): Preview {
  const rows: string[][] = []
  for (const { text: content } of linesOf(text)) {
    const cells = content.trim() === '' ? null : cellsOf(content)
    if (cells && rows.push(cells.map(clip)) === PREVIEW_LINES) break
  }
  if (rows.length === 0) throw new LabError('table.empty')
  const width = Math.max(...rows.map(({ length }) => length))
  return {
    format: 'conll',
    columns: Array.from({ length: width }, (_, index) => String(index + 1)),
    rows: rows.map((row) => Array.from({ length: width }, (_, index) => row[index] ?? '')),
    chosen: {},
  }
}

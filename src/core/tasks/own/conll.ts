/**
 * Sentences with a tag for each word, as in CoNLL's shared tasks: a word a line with its columns, an empty line after each sentence. Of
 * CoNLL-U, comments, ranges of words (1-2) and words that are not there (1.1) are left out.
 */
import { largest } from '../../collections'
import { LabError } from '../../errors'
import type { Preview } from '../types'
import { linesOf } from './lines'
import { clip } from './clip'

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
/** Lines that a preview takes tags from, to know a word # from a comment. */
const PREVIEW_READ = 200
/** Columns of CoNLL-U, of which the first is an id. */
const CONLL_U_COLUMNS = 10

interface WordLine {
  readonly line: number
  readonly cells: readonly string[]
}

const isHash = (line: string): boolean => /^#( |$)/.test(line)

/** Between tabs where there are some, else between spaces. */
const cellsOf = (line: string): string[] => (line.includes('\t') ? line.split('\t') : line.trim().split(/ +/))

const cellAt = (cells: readonly string[], column: number): string | undefined =>
  column === 0 ? cells.at(-1) : cells[column - 1]

/** Whether it is for a range of words or for one that is not there: an id says so, where the first column holds ids. */
const isNoWord = (cells: readonly string[], word: number): boolean =>
  cells.length > 1 && /^\d+[-.]\d+$/.test(cells[0]!) && (word !== 1 || cells.length === CONLL_U_COLUMNS)

/**
 * The lines with a word, and null for those between sentences. What begins with # is a comment, unless it has a tag that other lines have,
 * in as many columns as they: then # is a word.
 */
function* wordLines(text: string, { word, tag }: ConllColumns, read = Infinity): Generator<WordLine | null> {
  const known = new Set<string>()
  const signature = (cells: readonly string[]): string => `${cells.length} ${cellAt(cells, tag) ?? ''}`
  for (const { line, text: content } of linesOf(text)) {
    if (line > read) break
    if (content.trim() !== '' && !isHash(content)) known.add(signature(cellsOf(content)))
  }
  for (const { line, text: content } of linesOf(text)) {
    if (content.trim() === '') {
      yield null
      continue
    }
    const cells = cellsOf(content)
    if (isHash(content) ? cells.length > 1 && known.has(signature(cells)) : !isNoWord(cells, word)) yield { line, cells }
  }
}

/** @throws LabError `table.empty`, `conll.no-column`, `conll.no-word` or `conll.no-tag`, the last three with the line. */
export function readConll(text: string, columns: ConllColumns): TaggedSentence[] {
  const sentences: TaggedSentence[] = []
  let open: { line: number; words: string[]; tags: string[] } | null = null
  for (const found of wordLines(text, columns)) {
    if (!found) {
      open = null
      continue
    }
    const { line, cells } = found
    const at = (column: number): string => {
      const cell = cellAt(cells, column)
      if (cell === undefined || (column === 0 && cells.length < 2)) {
        throw new LabError('conll.no-column', { line, column: column === 0 ? 2 : column, columns: cells.length })
      }
      return cell.trim()
    }
    const [form, label] = [at(columns.word), at(columns.tag)]
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
export function previewConll(text: string, columns: ConllColumns): Preview {
  const rows: string[][] = []
  for (const found of wordLines(text, columns, PREVIEW_READ)) {
    if (found && rows.push(found.cells.map(clip)) === PREVIEW_LINES) break
  }
  if (rows.length === 0) throw new LabError('table.empty')
  const width = largest(rows.map(({ length }) => length))
  return {
    format: 'conll',
    columns: Array.from({ length: width }, (_, index) => String(index + 1)),
    rows: rows.map((row) => Array.from({ length: width }, (_, index) => row[index] ?? '')),
    chosen: {},
  }
}

/**
 * Sentences with a tag per word, in the format of CoNLL's shared tasks: one word per line with its columns, and an empty line after each
 * sentence. Skips comments, multiword tokens (1-2) and empty nodes (1.1) of CoNLL-U (https://universaldependencies.org/format.html), and
 * the -DOCSTART- lines of CoNLL-2003.
 */
import { largest } from '../../collections'
import { LabError, type Problem } from '../../errors'
import type { Preview } from '../types'
import { linesOf } from './lines'
import { clip } from './clip'
import { leftOut } from './rows'

export interface TaggedSentence {
  readonly line: number
  readonly words: readonly string[]
  readonly tags: readonly string[]
}

/** Column numbers from 1. Tag 0 means the last column, or UPOS in CoNLL-U. In files with ids, word 1 means the column after them. */
export interface ConllColumns {
  readonly word: number
  readonly tag: number
}

const PREVIEW_LINES = 12
/** Number of lines used to detect the layout and, in a preview, the tags that distinguish a word # from a comment. */
const SAMPLE_LINES = 200
const CONLL_U = { columns: 10, form: 2, upos: 4 } as const

interface WordLine {
  readonly line: number
  readonly cells: readonly string[]
}

/** The detected layout of a file. */
interface Layout extends ConllColumns {
  /** Whether several columns of a file with ids could be the tag, so that it must be chosen. */
  readonly unclear: boolean
  /** Whether the first column numbers the words of each sentence; then lines that begin with # are comments. */
  readonly ids: boolean
}

const isHash = (line: string, { ids }: Layout): boolean => (ids ? line.startsWith('#') : /^#( |$)/.test(line))
const isDocumentStart = (line: string): boolean => line.trimStart().startsWith('-DOCSTART-')

/** Split at tabs if there are any, else at spaces. */
const cellsOf = (line: string): string[] => (line.includes('\t') ? line.split('\t') : line.trim().split(/ +/))

const cellAt = (cells: readonly string[], column: number): string | undefined =>
  column === 0 ? cells.at(-1) : cells[column - 1]

/** Whether the id marks a multiword token or an empty node. */
const isNoWord = (cells: readonly string[], { ids, word }: Layout): boolean =>
  cells.length > 1 && (ids || word !== 1) && /^\d+[-.]\d+$/.test(cells[0]!)

/** Files with ids number the words of each sentence from 1 in the first column; those with ten columns are CoNLL-U. */
function layoutOf(text: string, { word, tag }: ConllColumns): Layout {
  let [next, lines, width] = [1, 0, 0]
  for (const { line, text: content } of linesOf(text)) {
    if (line > SAMPLE_LINES) break
    if (content.trim() === '') next = 1
    if (content.trim() === '' || content.startsWith('#') || isDocumentStart(content)) continue
    const cells = cellsOf(content)
    width = Math.max(width, cells.length)
    lines++
    if (/^\d+[-.]\d+$/.test(cells[0]!)) continue
    if (cells.length < 3 || cells[0] !== String(next++)) return { word, tag, ids: false, unclear: false }
  }
  if (lines === 0) return { word, tag, ids: false, unclear: false }
  const isConllU = width === CONLL_U.columns
  return {
    word: word === 1 ? CONLL_U.form : word,
    tag: tag === 0 && isConllU ? CONLL_U.upos : tag,
    ids: true,
    unclear: tag === 0 && !isConllU && width > 3,
  }
}

/**
 * The lines with words, and null between sentences. A line beginning with # is a comment, unless its tag and number of columns occur in
 * other lines: then # is a word.
 */
function* wordLines(text: string, layout: Layout, read = Infinity): Generator<WordLine | null> {
  const known = new Set<string>()
  const signature = (line: string, cells: readonly string[]): string =>
    `${cells.length} ${String(line.includes('\t'))} ${cellAt(cells, layout.tag) ?? ''}`
  for (const { line, text: content } of linesOf(text)) {
    if (layout.ids || line > read) break
    if (content.trim() !== '' && !isHash(content, layout)) known.add(signature(content, cellsOf(content)))
  }
  for (const { line, text: content } of linesOf(text)) {
    if (content.trim() === '') yield null
    if (content.trim() === '' || isDocumentStart(content)) continue
    const cells = cellsOf(content)
    const isWord = isHash(content, layout)
      ? !layout.ids && cells.length > 1 && known.has(signature(content, cells))
      : !isNoWord(cells, layout)
    if (isWord) yield { line, cells }
  }
}

/**
 * Reads all sentences. Those with an empty word or tag are skipped and reported in the notices.
 * @throws LabError `table.empty`, `conll.choose-tag`, or `conll.no-column` with the line.
 */
export function readConll(text: string, columns: ConllColumns): { sentences: TaggedSentence[]; notices: Problem[] } {
  const layout = layoutOf(text, columns)
  if (layout.unclear) throw new LabError('conll.choose-tag')
  const sentences: TaggedSentence[] = []
  let open: { line: number; words: string[]; tags: string[] } | null = null
  for (const found of wordLines(text, layout)) {
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
    if (!open) sentences.push((open = { line, words: [], tags: [] }))
    open.words.push(at(layout.word))
    open.tags.push(at(layout.tag))
  }
  if (sentences.length === 0) throw new LabError('table.empty')
  const isComplete = ({ words, tags }: TaggedSentence): boolean => !words.includes('') && !tags.includes('')
  const empty = sentences.filter((sentence) => !isComplete(sentence)).map(({ line }) => line)
  return { sentences: sentences.filter(isComplete), notices: leftOut('conll.left-out', empty, sentences.length) }
}

/** The first lines, with columns by number. Throws `table.empty`. */
export function previewConll(text: string, columns: ConllColumns): Preview {
  const rows: string[][] = []
  const layout = layoutOf(text, columns)
  for (const found of wordLines(text, layout, SAMPLE_LINES)) {
    if (found && rows.push(found.cells.map(clip)) === PREVIEW_LINES) break
  }
  if (rows.length === 0) throw new LabError('table.empty')
  const width = largest(rows.map(({ length }) => length))
  return {
    format: 'conll',
    columns: Array.from({ length: width }, (_, index) => String(index + 1)),
    rows: rows.map((row) => Array.from({ length: width }, (_, index) => row[index] ?? '')),
    chosen: { word: String(layout.word), ...(!layout.unclear && { tag: String(layout.tag || width) }) },
  }
}

/**
 * Sentences with a tag for each word, as in CoNLL's shared tasks: a word a line with its columns, an empty line after each sentence. Of
 * CoNLL-U (https://universaldependencies.org/format.html), comments, multiword tokens (1-2) and empty nodes (1.1) are left out; so are the
 * lines -DOCSTART- between the documents of CoNLL-2003.
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

/** Columns by number, from 1; the tag's is 0 for the last one, or UPOS in CoNLL-U. In a file of ids, 1 means the words after them. */
export interface ConllColumns {
  readonly word: number
  readonly tag: number
}

const PREVIEW_LINES = 12
/** Lines that tell what the first column holds, and from which a preview takes tags, to know a word # from a comment. */
const SAMPLE_LINES = 200
const CONLL_U = { columns: 10, form: 2, upos: 4 } as const

interface WordLine {
  readonly line: number
  readonly cells: readonly string[]
}

/** What the columns of a file turn out to be. */
interface Layout extends ConllColumns {
  /** Whether the tag has to be chosen, because several columns of a file with ids could hold it. */
  readonly unclear: boolean
  /** Whether the first column counts the words of each sentence: then a line that begins with # is a comment. */
  readonly ids: boolean
}

const isHash = (line: string, { ids }: Layout): boolean => (ids ? line.startsWith('#') : /^#( |$)/.test(line))
const isDocumentStart = (line: string): boolean => line.trimStart().startsWith('-DOCSTART-')

/** Between tabs where there are some, else between spaces. */
const cellsOf = (line: string): string[] => (line.includes('\t') ? line.split('\t') : line.trim().split(/ +/))

const cellAt = (cells: readonly string[], column: number): string | undefined =>
  column === 0 ? cells.at(-1) : cells[column - 1]

/** A multiword token or an empty node: the id says so. */
const isNoWord = (cells: readonly string[], { ids, word }: Layout): boolean =>
  cells.length > 1 && (ids || word !== 1) && /^\d+[-.]\d+$/.test(cells[0]!)

/** Files with ids count the words of each sentence from 1 in their first column; those of ten columns are CoNLL-U. */
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
 * The lines with a word, and null for those between sentences. What begins with # is a comment, unless it has a tag that other lines have,
 * in as many columns as they: then # is a word.
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
 * Sentences with an empty word or tag are left out, which a notice tells.
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

/** The first lines with their columns by number. Throws `table.empty`. */
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

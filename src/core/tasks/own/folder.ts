/** Several files chosen at once, or a folder, as one text that tasks read like any other: documents in a row, or a table of one row each. */
import { LabError } from '../../errors'
import { decodeText } from '../text'

export interface FolderFile {
  /** Within what was chosen, with slashes. */
  readonly path: string
  readonly bytes: Uint8Array
}

/** Tables cannot be put together: their columns differ. */
const isTable = (path: string): boolean => /\.(csv|tsv|jsonl?|parquet)$/i.test(path)
/** Files of systems and editors. */
const isHidden = (path: string): boolean => path.split('/').some((part) => part.startsWith('.'))

/**
 * With `joins`, the documents one after the other, with an empty line between; else JSON Lines with `text`, `label` (the folder that holds the
 * document, if there are several) and `file`. Empty files are left out. Throws LabError `texts.none`, `texts.tables` or `texts.unreadable`.
 */
export function folderText(files: readonly FolderFile[], joins: boolean): string {
  const visible = files.filter(({ path }) => !isHidden(path)).toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const table = visible.find(({ path }) => isTable(path))
  if (table) throw new LabError('texts.tables', { file: table.path })
  const documents = visible
    .map(({ path, bytes }) => ({ path, text: bytes.length === 0 ? '' : decoded(path, bytes).trim() }))
    .filter(({ text }) => text !== '')
  if (documents.length === 0) throw new LabError('texts.none')
  if (joins) return `${documents.map(({ text }) => text).join('\n\n')}\n`
  const folders = new Set(documents.map(({ path }) => folderOf(path)))
  const rows = documents.map(({ path, text }) => ({ text, ...(folders.size > 1 && { label: folderOf(path) }), file: path }))
  return `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`
}

/** The innermost, as in `train/pos/1.txt`; empty for a file that is in none. */
const folderOf = (path: string): string => path.split('/').at(-2) ?? ''

function decoded(path: string, bytes: Uint8Array): string {
  try {
    return decodeText(bytes).text
  } catch (error) {
    throw error instanceof LabError ? new LabError('texts.unreadable', { file: path }) : error
  }
}

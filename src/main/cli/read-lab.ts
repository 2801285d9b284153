/** Reads LAB, the id of a built-in lab or a file, and the learner's own text. */
import { readdir, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { parseLab } from '@core/lab/read'
import { joinsTexts } from '@core/tasks'
import { folderText, type FolderFile } from '@core/tasks/own/folder'
import { MAXIMUM_TEXT_BYTES } from '@core/tasks/text'
import { encodeUtf8 } from '@core/utf8'
import { fileError } from '../service/file-error'
import { asText } from '../service/text-file'
import { readBounded, readLabText } from '../service/files'
import type { Labs } from '../service/labs'

/** Throws LabError. */
export async function findLab(lab: string, labs: Labs): Promise<LabDocument> {
  const ids = (await labs.list()).map(({ id }) => id)
  if (ids.includes(lab)) return labs.read(lab)
  try {
    return parseLab(await readLabText(lab))
  } catch (error) {
    const missing = error instanceof LabError && error.code === 'file.missing'
    throw missing ? new LabError('lab.missing', { lab, known: ids.join(', ') }) : error
  }
}

/**
 * The bytes of the learner's text, also of a Parquet file or, for a task of this kind, of a folder of texts; the data store checks that they are
 * text. Throws LabError.
 */
export async function readData(path: string, kind: string | null = null): Promise<Uint8Array<ArrayBuffer>> {
  const isFolder = kind !== null && (await stat(path).catch(() => null))?.isDirectory() === true
  if (isFolder) return encodeUtf8(folderText(await filesIn(path), joinsTexts(kind)))
  return asText(await readBounded(path, MAXIMUM_TEXT_BYTES, 'text.too-large'))
}

/** All files of a folder and of those inside it, with at most as many bytes as one text. */
async function filesIn(folder: string): Promise<FolderFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw fileError(folder, error)
  })
  const files: FolderFile[] = []
  let left = MAXIMUM_TEXT_BYTES
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name)
    const bytes = await readBounded(path, left, 'text.too-large')
    left -= bytes.length
    // Of the folder's own name too: it is the class of files that are not in another.
    files.push({ path: relative(dirname(resolve(folder)), resolve(path)).replaceAll(sep, '/'), bytes })
  }
  return files
}

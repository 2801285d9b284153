/** Creates folders one by one, which terminates on every file system. */
import { mkdir, rmdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { LabError } from '@core/errors'
import { codeOf, fileError } from './file-error'

/**
 * Creates the folder and its missing parents. Returns those it created, the deepest first. Node's own recursive `mkdir` retries
 * forever if a parent exists but no folder can be created in it, such as /proc. Throws LabError; then no folder was created.
 */
export async function makeFolder(path: string): Promise<readonly string[]> {
  const made: string[] = []
  try {
    for (const folder of await missingFolders(resolve(path))) if (await makeOne(folder)) made.unshift(folder)
    return made
  } catch (error) {
    for (const folder of made) await rmdir(folder).catch(() => undefined)
    if (codeOf(error) === 'ENOENT') throw new LabError('folder.refused', { path })
    throw fileError(path, error)
  }
}

/** Missing folders, from the highest to the folder itself. */
async function missingFolders(folder: string): Promise<string[]> {
  if (await isFolder(folder)) return []
  const above = dirname(folder)
  if (above === folder) throw new LabError('folder.refused', { path: folder }) // a drive that does not exist
  return [...(await missingFolders(above)), folder]
}

/** False if another process created it first. */
async function makeOne(folder: string): Promise<boolean> {
  try {
    await mkdir(folder)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await isFolder(folder))) return false
    throw error
  }
}

/** Throws LabError `folder.is-file` for a file. */
async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return false
    throw error
  }
  throw new LabError('folder.is-file', { path })
}

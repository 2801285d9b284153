/**
 * The folder given to `train --out`: must be new or empty, so that nothing is ever replaced, and serves one training at a time.
 */
import { readdir, rmdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { LabError } from '@core/errors'
import { fileError } from '../service/file-error'
import { isLockName, lockFolder } from '../service/folder-lock'
import { makeFolder } from '../service/make-folder'

export interface OutFolder {
  readonly path: string
  /** Releases the folder, and removes what was created for it if nothing was saved. */
  release(): Promise<void>
}

/** Throws LabError; the folder is then unchanged. */
export async function claimOutFolder(named: string): Promise<OutFolder> {
  const path = resolve(named)
  const made = await makeFolder(path)
  let unlock = (): Promise<void> => Promise.resolve()
  const release = async (): Promise<void> => {
    await unlock()
    for (const folder of made) await rmdir(folder).catch(() => undefined) // not empty: in use
  }
  try {
    unlock = await lockFolder(path)
    await requireEmpty(path)
  } catch (error) {
    await release()
    throw fileError(path, error)
  }
  return { path, release }
}

/** Throws LabError `folder.kept` or `folder.not-empty`. */
async function requireEmpty(path: string): Promise<void> {
  const names = (await readdir(path)).filter((name) => !isLockName(name))
  const [example] = names
  if (example === undefined) return
  const training = names.includes('checkpoint.json') || (names.includes('lab.json') && names.includes('run.json'))
  throw training ? new LabError('folder.kept', { path }) : new LabError('folder.not-empty', { path, example })
}

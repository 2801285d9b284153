/** The folder that `train --out` names: new or empty, so that nothing in it is ever replaced, and for one training at a time. */
import { readdir, rmdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { LabError } from '@core/errors'
import { fileError } from '../service/file-error'
import { isLockName, lockFolder } from '../service/folder-lock'
import { makeFolder } from '../service/make-folder'

export interface OutFolder {
  readonly path: string
  /** Lets go of it. If nothing was kept, what was made for it goes too. */
  release(): Promise<void>
}

/** Throws LabError; the folder is then as it was before. */
export async function claimOutFolder(named: string): Promise<OutFolder> {
  const path = resolve(named)
  const made = await makeFolder(path)
  let unlock = (): Promise<void> => Promise.resolve()
  const release = async (): Promise<void> => {
    await unlock()
    for (const folder of made) await rmdir(folder).catch(() => undefined) // it is in use
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

/** A temporary home for a single training, removed when it ends, or by the next one if its process was killed. */
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LabError } from '@core/errors'
import { isAbandoned, lockFolder } from './folder-lock'

const prefix = 'attention-lab-train-'

export interface TemporaryHome {
  readonly path: string
  remove(): Promise<void>
}

/** Throws LabError `folder.no-temporary`. */
export async function makeTemporaryHome(): Promise<TemporaryHome> {
  const folder = tmpdir()
  const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 5 })
  try {
    await removeAbandoned(folder, remove)
    const path = await mkdtemp(join(folder, prefix))
    await lockFolder(path)
    return { path, remove: () => remove(path) }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new LabError('folder.no-temporary', { path: folder, detail })
  }
}

/** Removes homes left by killed trainings of this user. The folder is shared with other users of the computer. */
async function removeAbandoned(folder: string, remove: (path: string) => Promise<void>): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || !entry.name.startsWith(prefix)) continue
    const path = join(folder, entry.name)
    try {
      const { uid } = await lstat(path)
      if (process.getuid && uid !== process.getuid()) continue
      if (await isAbandoned(path)) await remove(path)
    } catch {
      // Already removed, or not removable: no problem for this training.
    }
  }
}

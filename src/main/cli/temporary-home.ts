/** A home for one training alone, which goes with it; and with the next one, where its process was killed. */
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LabError } from '@core/errors'
import { isAbandoned, lockFolder } from '../service/folder-lock'

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

/** What killed trainings of this person have left. The folder is shared with others of the computer. */
async function removeAbandoned(folder: string, remove: (path: string) => Promise<void>): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || !entry.name.startsWith(prefix)) continue
    const path = join(folder, entry.name)
    try {
      const { uid } = await lstat(path)
      if (process.getuid && uid !== process.getuid()) continue
      if (await isAbandoned(path)) await remove(path)
    } catch {
      // It was removed meanwhile, or cannot be: it takes nothing from this training.
    }
  }
}

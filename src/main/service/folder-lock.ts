/**
 * Admits one process at a time to a folder. A process first creates a claim, an empty file named by its id and start time, and
 * only then looks for the claims of others: of two concurrent processes, each sees the other's claim, or the later one sees the
 * earlier's. So two never hold the lock, on any file system, and claims of killed processes can be ignored.
 */
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { LabError } from '@core/errors'
import { codeOf } from './file-error'
import { processStart } from './process-start'

const claimName = /^attention-lab\.(\d+)-(\w+)\.lock$/

export const isLockName = (name: string): boolean => claimName.test(name)

/**
 * Locks the folder for a process, by default this one, and returns the function that releases it. Throws LabError
 * `folder.in-use` while a running process has it, or the error of the file system.
 */
export async function lockFolder(folder: string, id = process.pid): Promise<() => Promise<void>> {
  const own = `attention-lab.${id}-${await processStart(id)}.lock`
  const release = (): Promise<void> => rm(join(folder, own), { force: true })
  for (;;) {
    const holder = await holderOf(folder)
    if (holder !== null) throw new LabError('folder.in-use', { path: folder, process: holder })
    if (!(await leave(join(folder, own)))) continue
    if ((await holderOf(folder, own)) === null) return release
    await release()
    await setTimeout(Math.random() * 200) // all concurrent processes retreat; the first to return gets the lock
  }
}

/** Whether a process claimed the folder and ended without releasing it. */
export async function isAbandoned(folder: string): Promise<boolean> {
  return (await readdir(folder)).some(isLockName) && (await holderOf(folder)) === null
}

/** Creates a claim; false if this process already has one. */
async function leave(claim: string): Promise<boolean> {
  try {
    await writeFile(claim, '', { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** The id of a running process that claims the folder; removes claims of ended processes. */
async function holderOf(folder: string, own?: string): Promise<number | null> {
  for (const name of await readdir(folder)) {
    const claim = claimName.exec(name)
    if (!claim || name === own) continue
    const id = Number(claim[1])
    const began = await processStart(id)
    if (began === claim[2] || (began !== null && [began, claim[2]].includes('unknown'))) return id
    await rm(join(folder, name), { force: true })
  }
  return null
}

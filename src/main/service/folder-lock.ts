/**
 * One process at a time in a folder. A process that wants it leaves a claim there, an empty file whose name tells the process and when it
 * began, and only then looks for others: of two that come at once each sees the other, or the later one sees the first. So there are
 * never two, on any file system; and the claim of a process that was killed counts for nothing.
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
 * Locks the folder for a process, this one unless told otherwise, and gives what releases it. Throws LabError `folder.in-use` while a
 * living process has it, or what the file system throws.
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
    await setTimeout(Math.random() * 200) // all that came at once step back; the first to return gets it
  }
}

/** Whether a process claimed the folder and has ended without releasing it. */
export async function isAbandoned(folder: string): Promise<boolean> {
  return (await readdir(folder)).some(isLockName) && (await holderOf(folder)) === null
}

/** False if this process has left the claim already. */
async function leave(claim: string): Promise<boolean> {
  try {
    await writeFile(claim, '', { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** The id of a living process that claims the folder; claims of others that have ended are removed. */
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

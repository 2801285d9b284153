/** Removes what killed hosts left of files they were writing. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isTemporaryName } from './files'

/** Only while no other host has the home. What cannot be read or removed stays. */
export async function sweepHome(home: string): Promise<void> {
  await sweepWorkspace(home)
  for (const name of await foldersIn(join(home, 'workspaces'))) await sweepWorkspace(join(home, 'workspaces', name))
}

async function sweepWorkspace(folder: string): Promise<void> {
  await sweep(folder)
  for (const name of ['data', 'drafts', 'experiments', 'progress']) await sweep(join(folder, name))
  for (const run of await foldersIn(join(folder, 'runs'))) await sweep(join(folder, 'runs', run))
}

async function sweep(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const left = entries.filter((entry) => entry.isFile() && isTemporaryName(entry.name))
  await Promise.all(left.map(({ name }) => rm(join(folder, name), { force: true }).catch(() => undefined)))
}

/** No links: what they lead to is not ours. */
async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

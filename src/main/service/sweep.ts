/** Removes temporary files of killed hosts. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isTemporaryName } from './files'

/** Call only while no other host uses the home. Files that cannot be read or removed stay. */
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

/** Excludes links, as their targets belong to others. */
async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

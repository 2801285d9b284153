/** A folder on the disk as the engine's storage. */
import { open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabDocument } from '@core/lab/document'
import { readBest } from '@engine/best-checkpoint'
import { CheckpointFolder, withLab } from '@engine/checkpoint'
import type { Checkpoint } from '@engine/checkpoint-file'
import { MissingFile, type Storage } from '@engine/surroundings'
import { readWhole } from './read-whole'
import { nodeSurroundings } from './surroundings'

export function diskStorage(directory: string): Storage {
  const pathOf = (name: string) => join(directory, name)
  return {
    place: directory,
    writer: String(process.pid),
    read: (name) => readWhole(pathOf(name)).catch(asMissing(name)),
    async write(name, bytes, durability = 'durable') {
      const file = await open(pathOf(name), 'w')
      try {
        await file.writeFile(bytes)
        if (durability === 'durable') await file.sync()
      } finally {
        await file.close()
      }
    },
    rename: (from, to) => rename(pathOf(from), pathOf(to)).catch(asMissing(from)),
    async flush() {
      if (process.platform === 'win32') return // it cannot open folders and does not need it
      const folder = await open(directory, 'r')
      try {
        await folder.sync()
      } finally {
        await folder.close()
      }
    },
    list: () => readdir(directory),
    remove: (name) => rm(pathOf(name), { force: true }),
  }
}

/** The checkpoints that a run keeps in a folder. */
export const checkpointsIn = (directory: string): CheckpointFolder =>
  new CheckpointFolder(diskStorage(directory), nodeSurroundings)

/** The newest whole checkpoint in a folder, with the lab that was trained. Throws LabError, as reading either does. */
export async function readCheckpoint(directory: string): Promise<Checkpoint & { readonly lab: LabDocument }> {
  return withLab(await checkpointsIn(directory).read())
}

/** The weights with the smallest validation loss, likewise. Throws LabError, `checkpoint.no-best` where none are kept. */
export async function readBestCheckpoint(directory: string): Promise<Checkpoint & { readonly lab: LabDocument }> {
  return withLab(await readBest(diskStorage(directory), nodeSurroundings))
}

const asMissing = (name: string) => (error: unknown) => {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
  throw isMissing ? new MissingFile(name, { cause: error }) : error
}

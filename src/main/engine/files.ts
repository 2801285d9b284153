/** The few operations on files that a checkpoint is made of: passed in, so that a test can have any of them fail. */
import { open, readdir, readFile, rename, rm } from 'node:fs/promises'

export interface Files {
  read(path: string): Promise<Uint8Array>
  /** When it resolves the bytes are on the disk itself, not only on their way to it. */
  write(path: string, bytes: Uint8Array): Promise<void>
  /** Replaces what is there. */
  rename(from: string, to: string): Promise<void>
  /** Makes the renames in a folder last. */
  flush(folder: string): Promise<void>
  list(folder: string): Promise<string[]>
  /** Nothing, where there is no such file. */
  remove(path: string): Promise<void>
}

export const diskFiles: Files = {
  read: (path) => readFile(path),
  async write(path, bytes) {
    const file = await open(path, 'w')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
  },
  rename: (from, to) => rename(from, to),
  async flush(path) {
    if (process.platform === 'win32') return // it cannot open folders and does not need it
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  },
  list: (folder) => readdir(folder),
  remove: (path) => rm(path, { force: true }),
}

export const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** The checkpoint files of a run that trains in a page. */
import { LabError } from '@core/errors'
import type { StoredFile } from '@core/contract/page-runs'
import { isCheckpointName } from '@engine/checkpoint'
import { put } from '@engine/checkpoint-file'
import { diskStorage } from '../engine/disk-storage'
import { fileError } from './file-error'

const isStored = (name: string): boolean => isCheckpointName(name) && !name.endsWith('.tmp')
const isDescription = ({ name }: StoredFile): number => Number(name.endsWith('.json'))

/** Bytes of checkpoints that are sent to a page. */
const mostBytes = 64 * 2 ** 20

/**
 * Writes new files and removes those that are not `kept`, if there are new ones. Weights come first, so that whenever the host dies, each
 * description on the disk is of weights on the disk. Throws LabError.
 */
export async function mirrorCheckpoints(
  directory: string,
  files: readonly StoredFile[],
  kept: readonly string[],
): Promise<void> {
  if (files.length === 0) return
  for (const { name } of files)
    if (!isStored(name)) throw new LabError('bad-argument', { method: 'runs.report', path: 'files', detail: name })
  const storage = diskStorage(directory)
  try {
    for (const { name, bytes } of files.toSorted((a, b) => isDescription(a) - isDescription(b))) await put(storage, name, bytes)
    const old = (await storage.list()).filter((name) => isCheckpointName(name) && !kept.includes(name))
    for (const name of old) await storage.remove(name)
  } catch (error) {
    throw fileError(directory, error)
  }
}

/** All files of a run's checkpoints. Throws LabError `run.too-large-to-send`. */
export async function readCheckpointFiles(directory: string): Promise<StoredFile[]> {
  const storage = diskStorage(directory)
  try {
    const files: StoredFile[] = []
    let bytes = 0
    for (const name of (await storage.list()).filter(isStored)) {
      const file = { name, bytes: new Uint8Array(await storage.read(name)) }
      bytes += file.bytes.length
      if (bytes > mostBytes) throw new LabError('run.too-large-to-send', { megabytes: mostBytes / 2 ** 20 })
      files.push(file)
    }
    return files
  } catch (error) {
    throw fileError(directory, error)
  }
}

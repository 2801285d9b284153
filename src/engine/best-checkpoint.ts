/**
 * The weights with the smallest validation loss so far, kept beside a run's last checkpoint. Contains only what inference
 * needs.
 */
import { LabError } from '@core/errors'
import { encodeCheckpoint, put, readDescription, readStored, unwritable, type Checkpoint, type Hasher } from './checkpoint-file'
import type { Storage } from './surroundings'

const name = 'checkpoint.best.json'
const weightsName = /^checkpoint\.best-\d+-[0-9a-f]{8}\.safetensors$/
const temporaryName = /^checkpoint\.[\w-]+\.checkpoint\.best(\.json|-\d+-[0-9a-f]{8}\.safetensors)\.tmp$/

/** Whether a file in the run's folder belongs to the best weights. */
export const isBestName = (file: string): boolean => file === name || weightsName.test(file) || temporaryName.test(file)

export interface Best {
  readonly step: number
  /** Validation loss. */
  readonly loss: number
}

/** Includes step and validation loss. Throws LabError `checkpoint.no-best`, `checkpoint.damaged` or `checkpoint.newer`. */
export async function readBest(storage: Storage, hasher: Hasher): Promise<Checkpoint> {
  return (await readStored(storage, hasher, name).catch((error: unknown) => absent(storage, error))).checkpoint
}

/** The stored best weights, or null if none can be read. */
export async function bestIn(storage: Storage, hasher: Hasher): Promise<Best | null> {
  const { step, loss } = await readDescription(storage, hasher, name).catch(() => ({ step: 0, loss: undefined }))
  return loss === undefined ? null : { step, loss }
}

/** Replaces the stored best weights. Throws LabError `checkpoint.best-unwritable`; the previous ones then remain. */
export async function writeBest(storage: Storage, hasher: Hasher, checkpoint: Checkpoint & Best): Promise<void> {
  const nameOf = (hash: string): string => `checkpoint.best-${checkpoint.step}-${hash.slice(0, 8)}.safetensors`
  const { file, bytes, description } = encodeCheckpoint(checkpoint, nameOf, hasher)
  try {
    await put(storage, file, bytes)
    await put(storage, name, description)
  } catch (error) {
    throw new LabError('checkpoint.best-unwritable', unwritable(storage, error).params)
  }
  const old = (await storage.list().catch(() => [])).filter((other) => weightsName.test(other) && other !== file)
  for (const other of old) await storage.remove(other).catch(() => undefined) // retried by the next write
}

function absent({ place }: Storage, error: unknown): never {
  const isMissing = error instanceof LabError && error.code === 'checkpoint.missing'
  throw isMissing ? new LabError('checkpoint.no-best', { directory: place }) : error
}

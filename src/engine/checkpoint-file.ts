/** A checkpoint on disk: the states as safetensors, in a file named by their hash, and a JSON file that describes them. */
import { z } from 'zod'
import { LabError } from '@core/errors'
import { decodeUtf8, encodeUtf8 } from '@core/utf8'
import { patienceState } from './patience'
import { writeSafeTensors, type SafeTensor } from './safetensors'
import { MissingFile, type Durability, type Storage, type Surroundings } from './surroundings'
import { readWeightsFile } from './weights-file'

export const checkpointVersion = 1

const description = z.object({
  format: z.literal('attention-lab-checkpoint'),
  version: z.literal(checkpointVersion),
  step: z.number().int().nonnegative(),
  seed: z.number().int().nonnegative(),
  learningRate: z.number().positive(),
  engine: z.string(),
  /** State of early stopping, for runs that use it. */
  patience: patienceState.optional(),
  /** Validation loss; for the best weights only. */
  loss: z.number().optional(),
  /** The lab document as trained. */
  lab: z.unknown(),
  weights: z.object({
    /** Must be a plain file name, so that it cannot lead out of the folder. */
    file: z.string().regex(/^checkpoint\.[0-9a-z-]+\.safetensors$/),
    sha256: z.string(),
  }),
  /** SHA-256 over the rest of the description as JSON. */
  checksum: z.string(),
})
type Description = z.output<typeof description>

export interface Checkpoint extends Pick<
  Description,
  'step' | 'seed' | 'learningRate' | 'engine' | 'patience' | 'loss' | 'lab'
> {
  readonly states: ReadonlyMap<string, SafeTensor>
}

/** A checkpoint with the name of its weights file. */
export interface Stored {
  readonly checkpoint: Checkpoint
  readonly weights: string
}

export type Hasher = Pick<Surroundings, 'sha256'>

/**
 * Encodes both files. Write the weights first: the checkpoint counts once its description exists. `nameOf` receives the hash of
 * the weights.
 */
export function encodeCheckpoint(
  { states, ...rest }: Checkpoint,
  nameOf: (hash: string) => string,
  { sha256 }: Hasher,
): { readonly file: string; readonly bytes: Uint8Array; readonly description: Uint8Array } {
  const bytes = writeSafeTensors({ tensors: states, metadata: { step: String(rest.step) } })
  const hash = sha256([bytes])
  const file = nameOf(hash)
  const text = JSON.stringify({
    format: 'attention-lab-checkpoint',
    version: checkpointVersion,
    ...rest,
    weights: { file, sha256: hash },
  })
  const checked = JSON.stringify({ ...(JSON.parse(text) as object), checksum: sha256([encodeUtf8(text)]) })
  return { file, bytes, description: encodeUtf8(checked) }
}

/**
 * Reads the checkpoint described by this JSON file. Throws LabError `checkpoint.missing`, `checkpoint.damaged` or
 * `checkpoint.newer`.
 */
export async function readStored(storage: Storage, hasher: Hasher, name: string): Promise<Stored> {
  const { weights, step, seed, learningRate, engine, patience, loss, lab } = await readDescription(storage, hasher, name)
  const { file } = weights
  const bytes = await storage.read(file).catch((error: unknown) => unreadable(file, error))
  if (hasher.sha256([bytes]) !== weights.sha256) damaged(file, 'its content is not what was written')
  const states = tensorsOf(file, bytes)
  const known = { ...(patience && { patience }), ...(loss !== undefined && { loss }) }
  return { checkpoint: { step, seed, learningRate, engine, ...known, lab, states }, weights: file }
}

/** Reads the description without the weights. */
export async function readDescription(storage: Storage, { sha256 }: Hasher, name: string): Promise<Description> {
  const bytes = await storage.read(name).catch((error: unknown) => {
    if (error instanceof MissingFile) throw new LabError('checkpoint.missing', { directory: storage.place })
    return unreadable(name, error)
  })
  let json: unknown
  try {
    json = JSON.parse(decodeUtf8(bytes))
  } catch {
    damaged(name, 'it is not JSON')
  }
  const version = z.object({ version: z.number() }).safeParse(json).data?.version ?? 0
  if (version > checkpointVersion) {
    throw new LabError('checkpoint.newer', { file: name, version, supported: checkpointVersion })
  }
  const parsed = description.safeParse(json)
  if (!parsed.success) damaged(name, `“${parsed.error.issues[0]?.path.join('.')}” is missing or wrong`)
  const { checksum, ...rest } = json as Description
  if (sha256([encodeUtf8(JSON.stringify(rest))]) !== checksum) damaged(name, 'its content is not what was written')
  return parsed.data
}

/** Replaces a file atomically: the name always refers to the complete old or new content, also after a power cut if it is durable. */
export async function put(
  storage: Storage,
  name: string,
  bytes: Uint8Array,
  durability: Durability = 'durable',
): Promise<void> {
  const temporary = `checkpoint.${storage.writer}.${name}.tmp`
  try {
    await storage.write(temporary, bytes, durability)
    await storage.rename(temporary, name)
  } catch (error) {
    await storage.remove(temporary).catch(() => undefined) // free the space: the disk may be full
    throw error
  }
  if (durability === 'durable') await storage.flush()
}

function tensorsOf(file: string, bytes: Uint8Array): ReadonlyMap<string, SafeTensor> {
  try {
    return readWeightsFile(bytes).tensors
  } catch (error) {
    return damaged(file, error instanceof LabError ? String(error.params.detail) : String(error))
  }
}

function unreadable(file: string, error: unknown): never {
  damaged(file, error instanceof MissingFile ? 'the file is missing' : error instanceof Error ? error.message : String(error))
}

function damaged(file: string, detail: string): never {
  throw new LabError('checkpoint.damaged', { file, detail })
}

export const unwritable = ({ place }: Storage, error: unknown): LabError =>
  new LabError('checkpoint.unwritable', { directory: place, detail: error instanceof Error ? error.message : String(error) })

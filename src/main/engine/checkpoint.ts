/**
 * Checkpoints: all states of a run as safetensors, and a JSON file beside it that says what they are. The weights are written
 * first, under a name that holds their hash; the JSON file is renamed into place last, and from that moment the checkpoint counts.
 * A process killed at any moment leaves the old checkpoint or the new one, whole.
 */
import { createHash } from 'node:crypto'
import { open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { LabError } from '@core/errors'
import { readSafeTensors, writeSafeTensors, type SafeTensor } from './safetensors'

export const checkpointVersion = 1

const description = z.object({
  format: z.literal('attention-lab-checkpoint'),
  version: z.literal(checkpointVersion),
  step: z.number().int().nonnegative(),
  seed: z.number().int().nonnegative(),
  learningRate: z.number().positive(),
  engine: z.string(),
  /** The lab document, as it was trained. */
  lab: z.unknown(),
  weights: z.object({
    /** A plain name: it cannot lead out of the folder. */
    file: z.string().regex(/^checkpoint\.[0-9a-z-]+\.safetensors$/),
    sha256: z.string(),
  }),
})
type Description = z.output<typeof description>

export interface Checkpoint extends Pick<Description, 'step' | 'seed' | 'learningRate' | 'engine' | 'lab'> {
  readonly states: ReadonlyMap<string, SafeTensor>
}

const descriptionName = 'checkpoint.json'
const ours = /^checkpoint\..*(\.safetensors|\.tmp)$/

/** Replaces the checkpoint in the folder. Throws LabError `checkpoint.unwritable`; the old one then remains. */
export async function writeCheckpoint(directory: string, { states, ...rest }: Checkpoint): Promise<void> {
  const bytes = writeSafeTensors({ tensors: states, metadata: { step: String(rest.step) } })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const file = `checkpoint.${rest.step}-${sha256.slice(0, 8)}.safetensors`
  const text = { format: 'attention-lab-checkpoint', version: checkpointVersion, ...rest, weights: { file, sha256 } }
  try {
    await writeWhole(directory, file, bytes)
    await writeWhole(directory, descriptionName, new TextEncoder().encode(JSON.stringify(text)))
    for (const name of await readdir(directory)) {
      if (ours.test(name) && name !== file) await rm(join(directory, name), { force: true })
    }
  } catch (error) {
    throw new LabError('checkpoint.unwritable', { directory, detail: error instanceof Error ? error.message : String(error) })
  }
}

/** Throws LabError `checkpoint.missing`, `checkpoint.damaged` or `checkpoint.newer`. */
export async function readCheckpoint(directory: string): Promise<Checkpoint> {
  const { weights, step, seed, learningRate, engine, lab } = await readDescription(directory)
  const bytes = await readFile(join(directory, weights.file)).catch(() => damaged(weights.file, 'the file is missing'))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (sha256 !== weights.sha256) damaged(weights.file, 'its content is not what was written')
  return { step, seed, learningRate, engine, lab, states: readSafeTensors(bytes).tensors }
}

async function readDescription(directory: string): Promise<Description> {
  const text = await readFile(join(directory, descriptionName), 'utf8').catch(() => {
    throw new LabError('checkpoint.missing', { directory })
  })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    damaged(descriptionName, 'it is not JSON')
  }
  const version = z.object({ version: z.number() }).safeParse(json).data?.version ?? 0
  if (version > checkpointVersion) {
    throw new LabError('checkpoint.newer', { file: descriptionName, version, supported: checkpointVersion })
  }
  const parsed = description.safeParse(json)
  if (!parsed.success) damaged(descriptionName, `“${parsed.error.issues[0]?.path.join('.')}” is missing or wrong`)
  return parsed.data
}

function damaged(file: string, detail: string): never {
  throw new LabError('checkpoint.damaged', { file, detail })
}

/** Under the name is the old content or all of the new, also after a power cut. */
async function writeWhole(directory: string, name: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(directory, `checkpoint.${process.pid}.${name}.tmp`)
  const file = await open(temporary, 'w')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, join(directory, name))
  await syncFolder(directory)
}

/** Makes the rename last; Windows cannot open folders and does not need it. */
async function syncFolder(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(directory, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/**
 * Checkpoints: all states of a run as safetensors, and a JSON file that says what they are. The weights are written first, under a
 * name that holds their hash; the JSON file is renamed into place last, and from that moment the checkpoint counts. A process killed
 * at any moment leaves the old checkpoint or the new one, whole. The one before is kept, for the day the newest turns out damaged.
 */
import { z } from 'zod'
import { LabError } from '@core/errors'
import { decodeUtf8, encodeUtf8 } from '@core/utf8'
import { patienceState } from './patience'
import { readSafeTensors, writeSafeTensors, type SafeTensor } from './safetensors'
import { MissingFile, type Storage, type Surroundings } from './surroundings'

export const checkpointVersion = 1

const description = z.object({
  format: z.literal('attention-lab-checkpoint'),
  version: z.literal(checkpointVersion),
  step: z.number().int().nonnegative(),
  seed: z.number().int().nonnegative(),
  learningRate: z.number().positive(),
  engine: z.string(),
  /** Where training may end early: how long it has waited. */
  patience: patienceState.optional(),
  /** The lab document, as it was trained. */
  lab: z.unknown(),
  weights: z.object({
    /** A plain name: it cannot lead out of the folder. */
    file: z.string().regex(/^checkpoint\.[0-9a-z-]+\.safetensors$/),
    sha256: z.string(),
  }),
  /** SHA-256 over all the rest as JSON. */
  checksum: z.string(),
})
type Description = z.output<typeof description>

export interface Checkpoint extends Pick<Description, 'step' | 'seed' | 'learningRate' | 'engine' | 'patience' | 'lab'> {
  readonly states: ReadonlyMap<string, SafeTensor>
}

const newest = 'checkpoint.json'
const previous = 'checkpoint.previous.json'
const weightsName = /^checkpoint\.\d+-([0-9a-f]{8})\.safetensors$/
const temporaryName = /^checkpoint\.[\w-]+\.checkpoint\.(json|\d+-[0-9a-f]{8}\.safetensors)\.tmp$/ // the first word is the storage's `writer`

/** Whether a file of this name belongs to a checkpoint, in a folder that is the run's own. */
export const isCheckpointName = (name: string): boolean =>
  name === newest || name === previous || weightsName.test(name) || temporaryName.test(name)

/** The checkpoints of one run: the newest and the one before. */
export class CheckpointFolder {
  /** The newest checkpoint of this run that is known to be whole, and the JSON file that names it. */
  private good: { weights: string; description: string } | undefined
  /**
   * Weights and temporary files of this run, and whether that is certain. Those that lay there before the first write were left by an
   * earlier process that was killed, unless their content shows otherwise. Undefined before the first write.
   */
  private own: Map<string, boolean> | undefined

  constructor(
    private readonly storage: Storage,
    private readonly hasher: Pick<Surroundings, 'sha256'>,
  ) {}

  /**
   * Adds a checkpoint and drops all of this run's but the one before. Throws LabError `checkpoint.unwritable`, or `checkpoint.occupied`
   * where another training's lies, as none was read before the first write; what there was then remains.
   */
  async write({ states, ...rest }: Checkpoint): Promise<void> {
    const bytes = writeSafeTensors({ tensors: states, metadata: { step: String(rest.step) } })
    const hash = this.hasher.sha256([bytes])
    const weights = `checkpoint.${rest.step}-${hash.slice(0, 8)}.safetensors`
    const text = JSON.stringify({
      format: 'attention-lab-checkpoint',
      version: checkpointVersion,
      ...rest,
      weights: { file: weights, sha256: hash },
    })
    const checked = JSON.stringify({ ...(JSON.parse(text) as object), checksum: this.hasher.sha256([encodeUtf8(text)]) })
    const before = this.good
    try {
      this.own ??= await this.found()
      this.own.set(weights, true)
      await this.put(weights, bytes)
      await this.keepPrevious()
      await this.put(newest, encodeUtf8(checked))
    } catch (error) {
      if (error instanceof LabError) throw error
      throw new LabError('checkpoint.unwritable', {
        directory: this.storage.place,
        detail: error instanceof Error ? error.message : String(error),
      })
    }
    this.good = { weights, description: newest }
    await this.tidy(this.own, [weights, before?.weights])
  }

  /**
   * The newest checkpoint that is whole, and what was wrong with the one after it, if there was one. Throws LabError
   * `checkpoint.missing`, `checkpoint.damaged` or `checkpoint.newer`.
   */
  async read(): Promise<Checkpoint & { readonly damage: LabError | null }> {
    try {
      return { ...(await this.readOne(newest)), damage: null }
    } catch (error) {
      if (!(error instanceof LabError) || error.code === 'checkpoint.newer') throw error
      // Killed between two renames, the one before is the newest there ever was.
      const missing = error.code === 'checkpoint.missing'
      const fallback = await this.readOne(previous).catch((other: unknown) => {
        throw missing ? other : error
      })
      return { ...fallback, damage: missing ? null : error }
    }
  }

  private async readOne(name: string): Promise<Checkpoint> {
    const { weights, step, seed, learningRate, engine, patience, lab } = await this.readDescription(name)
    const { file } = weights
    const bytes = await this.storage.read(file).catch((error: unknown) => unreadable(file, error))
    if (this.hasher.sha256([bytes]) !== weights.sha256) damaged(file, 'its content is not what was written')
    const states = tensorsOf(file, bytes)
    this.good = { weights: file, description: name }
    return { step, seed, learningRate, engine, ...(patience && { patience }), lab, states }
  }

  private async readDescription(name: string): Promise<Description> {
    const bytes = await this.storage.read(name).catch((error: unknown) => {
      if (error instanceof MissingFile) throw new LabError('checkpoint.missing', { directory: this.storage.place })
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
    if (this.hasher.sha256([encodeUtf8(JSON.stringify(rest))]) !== checksum)
      damaged(name, 'its content is not what was written')
    return parsed.data
  }

  /** What an earlier process of this run may have left. */
  private async found(): Promise<Map<string, boolean>> {
    const names = await this.storage.list()
    if (!this.good && (names.includes(newest) || names.includes(previous))) {
      throw new LabError('checkpoint.occupied', { directory: this.storage.place })
    }
    const ours = names.filter((name) => weightsName.test(name) || temporaryName.test(name))
    return new Map(ours.map((name) => [name, name === this.good?.weights || temporaryName.test(name)]))
  }

  /** The good one moves aside. */
  private async keepPrevious(): Promise<void> {
    const { storage, good } = this
    if (!good || good.description === previous) return
    await storage.rename(newest, previous).catch((error: unknown) => {
      if (!(error instanceof MissingFile)) throw error // another process removed it: then there is none before
    })
    this.good = { ...good, description: previous }
  }

  /** Removes what is no longer needed. What cannot be removed now is tried again after the next checkpoint. */
  private async tidy(own: Map<string, boolean>, kept: readonly (string | undefined)[]): Promise<void> {
    for (const [name, certain] of own) {
      if (kept.includes(name)) continue
      const drop = async (): Promise<void> => {
        if (certain || (await this.isWhole(name))) await this.storage.remove(name)
        own.delete(name)
      }
      await drop().catch(() => undefined)
    }
  }

  /** Whether a weights file has the content that its name tells: then a checkpoint was made of it. */
  private async isWhole(name: string): Promise<boolean> {
    return this.hasher.sha256([await this.storage.read(name)]).startsWith(weightsName.exec(name)![1]!)
  }

  /** Under the name is the old content or all of the new, also after a power cut. */
  private async put(name: string, bytes: Uint8Array): Promise<void> {
    const { storage } = this
    const temporary = `checkpoint.${storage.writer}.${name}.tmp`
    try {
      await storage.write(temporary, bytes)
      await storage.rename(temporary, name)
    } catch (error) {
      await storage.remove(temporary).catch(() => undefined) // a full disk needs the room
      throw error
    }
    await storage.flush()
  }
}

function tensorsOf(file: string, bytes: Uint8Array): ReadonlyMap<string, SafeTensor> {
  try {
    return readSafeTensors(bytes).tensors
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

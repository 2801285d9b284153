/**
 * The checkpoints of a run. The weights are written first, under a name that holds their hash; the JSON file is renamed into place last,
 * and from that moment the checkpoint counts. A process killed at any moment leaves the old checkpoint or the new one, whole. The one
 * before is kept, for the day the newest turns out damaged.
 */
import { LabError } from '@core/errors'
import { isBestName } from './best-checkpoint'
import { encodeCheckpoint, put, readStored, unwritable, type Checkpoint, type Hasher } from './checkpoint-file'
import { MissingFile, type Storage } from './surroundings'

const newest = 'checkpoint.json'
const previous = 'checkpoint.previous.json'
const weightsName = /^checkpoint\.\d+-([0-9a-f]{8})\.safetensors$/
const temporaryName = /^checkpoint\.[\w-]+\.checkpoint\.(json|\d+-[0-9a-f]{8}\.safetensors)\.tmp$/ // the first word is the storage's `writer`

/** Whether a file of this name belongs to a checkpoint, in a folder that is the run's own. */
export const isCheckpointName = (name: string): boolean =>
  name === newest || name === previous || weightsName.test(name) || temporaryName.test(name) || isBestName(name)

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
    private readonly hasher: Hasher,
  ) {}

  /**
   * Adds a checkpoint and drops all of this run's but the one before. Throws LabError `checkpoint.unwritable`, or `checkpoint.occupied`
   * where another training's lies, as none was read before the first write; what there was then remains.
   */
  async write(checkpoint: Checkpoint): Promise<void> {
    const nameOf = (hash: string): string => `checkpoint.${checkpoint.step}-${hash.slice(0, 8)}.safetensors`
    const { file: weights, bytes, description } = encodeCheckpoint(checkpoint, nameOf, this.hasher)
    const before = this.good
    try {
      this.own ??= await this.found()
      this.own.set(weights, true)
      await put(this.storage, weights, bytes)
      await this.keepPrevious()
      await put(this.storage, newest, description)
    } catch (error) {
      if (error instanceof LabError) throw error
      throw unwritable(this.storage, error)
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
    const { checkpoint, weights } = await readStored(this.storage, this.hasher, name)
    this.good = { weights, description: name }
    return checkpoint
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
}

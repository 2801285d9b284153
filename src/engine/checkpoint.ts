/**
 * The checkpoints of a run. The weights are written first, in a file named by their hash; the JSON description is renamed into
 * place last, which makes the checkpoint valid. A process killed at any moment leaves the complete old or new checkpoint. The
 * previous one is kept in case the newest turns out to be damaged.
 */
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { keptLab } from '@core/lab/kept'
import { readLab } from '@core/lab/read'
import { isBestName } from './best-checkpoint'
import { encodeCheckpoint, put, readStored, unwritable, type Checkpoint, type Hasher } from './checkpoint-file'
import { MissingFile, type Storage } from './surroundings'
import type { WeightsFile } from './weights-file'

export const newest = 'checkpoint.json'
const previous = 'checkpoint.previous.json'
const weightsName = /^checkpoint\.\d+-([0-9a-f]{8})\.safetensors$/
const temporaryName = /^checkpoint\.[\w-]+\.checkpoint\.(json|\d+-[0-9a-f]{8}\.safetensors)\.tmp$/ // starts with the writer

/** Whether a file in the run's folder belongs to a checkpoint. */
export const isCheckpointName = (name: string): boolean =>
  name === newest || name === previous || weightsName.test(name) || temporaryName.test(name) || isBestName(name)

/** What another model can begin with. */
export function weightsOf({ states, lab }: Checkpoint): WeightsFile {
  try {
    return { tensors: states, graph: readLab(lab).graph }
  } catch {
    return { tensors: states, graph: null } // the weights can be used although the lab cannot be read
  }
}

/** With the lab that was trained. Throws LabError for a lab that cannot be read. */
export const withLab = (checkpoint: Checkpoint): Checkpoint & { readonly lab: LabDocument } => ({
  ...checkpoint,
  lab: keptLab(readLab(checkpoint.lab)),
})

/** The checkpoints of one run: the newest and the previous one. */
export class CheckpointFolder {
  /** The newest checkpoint of this run known to be intact, and its JSON file. */
  private good: { weights: string; description: string } | undefined
  /**
   * Weights and temporary files of this run; the value says whether that is certain. Files found before the first write are
   * taken as left by a killed process of this run unless their content shows otherwise. Undefined before the first write.
   */
  private own: Map<string, boolean> | undefined

  constructor(
    private readonly storage: Storage,
    private readonly hasher: Hasher,
  ) {}

  /**
   * Adds a checkpoint and removes this run's older ones except the previous. Throws LabError `checkpoint.unwritable`, or
   * `checkpoint.occupied` if the folder contains checkpoints of another training and none was read first; existing files then
   * remain.
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
   * The newest intact checkpoint, and the damage of the one after it, if any. If the steps before it are recorded only up to
   * `recorded`, the previous checkpoint if it leads there: the missing steps are then trained, and recorded, again. Throws
   * LabError `checkpoint.missing`, `checkpoint.damaged` or `checkpoint.newer`.
   */
  async read({ recorded = Infinity, atLeast = 0 } = {}): Promise<Checkpoint & { readonly damage: LabError | null }> {
    try {
      const last = await this.readOne(newest)
      const before = last.step > recorded ? await this.beforeGap(last, recorded, atLeast) : null
      return { ...(before ?? last), damage: null }
    } catch (error) {
      if (!(error instanceof LabError) || error.code === 'checkpoint.newer') throw error
      // If the process was killed between two renames, the previous checkpoint is the newest that was completed.
      const missing = error.code === 'checkpoint.missing'
      const fallback = await this.readOne(previous).catch((other: unknown) => {
        throw missing ? other : error
      })
      return { ...fallback, damage: missing ? null : error }
    }
  }

  /** The previous checkpoint if training from it takes the same steps again, at least one of which was not recorded. */
  private async beforeGap(last: Checkpoint, recorded: number, atLeast: number): Promise<Checkpoint | null> {
    const { good } = this
    const before = await this.readOne(previous).catch(() => null)
    const leads = before && atLeast <= before.step && before.step <= recorded && before.learningRate === last.learningRate
    if (leads) return before
    this.good = good
    return null
  }

  private async readOne(name: string): Promise<Checkpoint> {
    const { checkpoint, weights } = await readStored(this.storage, this.hasher, name)
    this.good = { weights, description: name }
    return checkpoint
  }

  /** Files that an earlier process of this run may have left. */
  private async found(): Promise<Map<string, boolean>> {
    const names = await this.storage.list()
    if (!this.good && (names.includes(newest) || names.includes(previous))) {
      throw new LabError('checkpoint.occupied', { directory: this.storage.place })
    }
    const ours = names.filter((name) => weightsName.test(name) || temporaryName.test(name))
    return new Map(ours.map((name) => [name, name === this.good?.weights || temporaryName.test(name)]))
  }

  /** Renames the newest intact checkpoint to the previous one. */
  private async keepPrevious(): Promise<void> {
    const { storage, good } = this
    if (!good || good.description === previous) return
    await storage.rename(newest, previous).catch((error: unknown) => {
      if (!(error instanceof MissingFile)) throw error // removed by another process: there is no previous checkpoint then
    })
    this.good = { ...good, description: previous }
  }

  /** Removes files that are no longer needed. Failed removals are retried after the next checkpoint. */
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

  /** Whether the content of a weights file matches the hash in its name: only then did it belong to a checkpoint. */
  private async isWhole(name: string): Promise<boolean> {
    return this.hasher.sha256([await this.storage.read(name)]).startsWith(weightsName.exec(name)![1]!)
  }
}

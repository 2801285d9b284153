/**
 * Moments of a run: complete states after some of its steps, from which any other step can be trained again with the same bytes. They are
 * kept beside the checkpoints, under a limit on disk space, and never needed to resume.
 */
import type { LabDocument } from '@core/lab/document'
import { keptLab } from '@core/lab/kept'
import { parseLab } from '@core/lab/read'
import { newest, withLab } from './checkpoint'
import { put, readDescription, readStored, type Hasher } from './checkpoint-file'
import { readSafeTensors, writeSafeTensors, type SafeTensor } from './safetensors'
import type { Storage } from './surroundings'

/** Everything that the steps after it depend on. */
export interface Moment {
  readonly step: number
  /** Base rate, before the schedule. */
  readonly learningRate: number
  readonly lab: LabDocument
  readonly states: ReadonlyMap<string, SafeTensor>
}

/** `moment.STEP-HASH.safetensors`; with `.fixed` before the hash, one that training cannot reproduce. */
const fileName = /^moment\.(\d+)(\.fixed)?-([0-9a-f]{8})\.safetensors$/
const temporaryName = /^checkpoint\.[\w-]+\.moment\.[\w.-]+\.tmp$/

export const isMomentName = (name: string): boolean => fileName.test(name) || temporaryName.test(name)

interface Entry {
  readonly name: string
  readonly step: number
  /** Whether something changed here that is recorded nowhere else, such as the learning rate. */
  readonly isFixed: boolean
}

function entryOf(name: string): Entry[] {
  const [, step, fixed] = fileName.exec(name) ?? []
  return step === undefined ? [] : [{ name, step: Number(step), isFixed: fixed !== undefined }]
}

const inOrder = (a: Entry, b: Entry): number => a.step - b.step

/** The files of moments in a folder, the earliest first. */
const momentsIn = async (storage: Storage): Promise<Entry[]> => (await storage.list()).flatMap(entryOf).sort(inOrder)

/** Reads a moment. Rejects if it is damaged. */
type ReadMoment = () => Promise<Moment>

/** All moments of a run, the earliest first; the last checkpoint counts as one. */
export async function momentsOf(
  storage: Storage,
  hasher: Hasher,
): Promise<{ readonly step: number; readonly read: ReadMoment }[]> {
  const kept = (await momentsIn(storage)).map((entry) => ({ step: entry.step, read: () => readMoment(storage, hasher, entry) }))
  const last = await readDescription(storage, hasher, newest).catch(() => null)
  if (!last || kept.some(({ step }) => step === last.step)) return kept
  const read = async (): Promise<Moment> => withLab((await readStored(storage, hasher, newest)).checkpoint)
  return [...kept, { step: last.step, read }].sort((a, b) => a.step - b.step)
}

async function readMoment(storage: Storage, hasher: Hasher, { name, step }: Entry): Promise<Moment> {
  const bytes = await storage.read(name)
  if (!hasher.sha256([bytes]).startsWith(fileName.exec(name)![3]!)) throw new Error('its content is not what was written')
  const { tensors, metadata } = readSafeTensors(bytes)
  return {
    step,
    learningRate: Number(metadata['learningRate']),
    lab: keptLab(parseLab(metadata['lab'] ?? '')),
    states: tensors,
  }
}

/** Shares and times, in milliseconds, that decide when moments are written. Writing takes about as much again, on other threads. */
const mostShare = 0.01
/** Before any share is counted: the first moments are slow, and short runs would have none of their first steps. */
const free = 100
const longestGap = 1000
/** Moments for each doubling of the step, until the gap in time makes them denser. */
const perOctave = 4

/** Writes the moments of one training. */
export class MomentWriter {
  #entries: Entry[] | null = null
  /** Bytes of each moment of this run; they are all alike. */
  #size = 0
  #spent = 0
  #began: number
  #last: number
  #writing: Promise<void> = Promise.resolve()
  /** Moments that are not written yet. */
  #pending = 0
  /** Memory of the last moment, for the next one once it is written. */
  #room: ArrayBuffer | undefined

  /** `most` bytes may be used; nothing is written if not even two moments fit. */
  constructor(
    private readonly storage: Storage,
    private readonly hasher: Hasher,
    private readonly now: () => number,
    private readonly most: number,
  ) {
    this.#began = this.#last = now()
  }

  /**
   * Whether to keep the state after this step: of the first ones, at evaluations, and every second, as long as it takes less than 1 % of the
   * training time.
   */
  isDue(step: number, evaluateEvery: number): boolean {
    if (this.#pending > 0 || !this.#fits || this.#spent > free + mostShare * (this.now() - this.#began)) return false
    const octave = (count: number): number => Math.floor(perOctave * Math.log2(count))
    return step % evaluateEvery === 0 || octave(step) !== octave(step - 1) || this.now() - this.#last > longestGap
  }

  /**
   * Copies the state at once and writes it while training continues. A failure means that this moment is missing. `read` gives the states, which
   * may be shared with the training; `isFixed` keeps the moment even when space is short.
   */
  write({ step, learningRate, lab }: Omit<Moment, 'states'>, read: () => Moment['states'], isFixed = false): void {
    const began = this.now()
    const states = read()
    const metadata = { step: String(step), learningRate: String(learningRate), lab: JSON.stringify(lab) }
    const bytes = writeSafeTensors({ tensors: states, metadata }, { room: this.#pending > 0 ? undefined : this.#room })
    this.#size = bytes.length
    const hash = this.#fits ? this.hasher.sha256([bytes]).slice(0, 8) : ''
    this.#last = this.now()
    this.#spent += this.#last - began
    if (!this.#fits) return
    this.#room = bytes.buffer
    const name = `moment.${step}${isFixed ? '.fixed' : ''}-${hash}.safetensors`
    this.#pending++
    this.#writing = this.#writing
      .then(() => this.#put({ name, step, isFixed }, bytes))
      .catch(() => undefined)
      .finally(() => this.#pending--)
  }

  /** Whether there is room for two. */
  get #fits(): boolean {
    return 2 * this.#size <= this.most
  }

  /** Removes the moments after a step: training continues from there, perhaps otherwise. */
  async cut(step: number): Promise<void> {
    const entries = await this.#known()
    for (const entry of entries.filter((each) => each.step > step)) await this.#remove(entries, entry)
  }

  /** Resolves when everything is written. */
  async settled(): Promise<void> {
    await this.#writing
  }

  async #put(entry: Entry, bytes: Uint8Array): Promise<void> {
    const entries = await this.#known()
    await put(this.storage, entry.name, bytes, 'dispensable') // what a power cut loses is trained again
    for (const other of entries.filter(({ step, name }) => step === entry.step && name !== entry.name))
      await this.#remove(entries, other)
    if (!entries.some(({ name }) => name === entry.name)) entries.push(entry)
    entries.sort(inOrder)
    while (entries.length * this.#size > this.most) {
      const victim = leastMissed(entries)
      if (!victim) break
      await this.#remove(entries, victim)
    }
  }

  async #remove(entries: Entry[], entry: Entry): Promise<void> {
    await this.storage.remove(entry.name)
    entries.splice(entries.indexOf(entry), 1)
  }

  async #known(): Promise<Entry[]> {
    return (this.#entries ??= await momentsIn(this.storage))
  }
}

/**
 * The one between neighbours that are closest, relative to the cube root of the step: even spacing would bound the time to train any step again,
 * spacing by order of magnitude would show the early changes, and this is between them. Neither the first nor the last, nor a fixed one.
 */
function leastMissed(entries: readonly Entry[]): Entry | null {
  let [found, smallest]: [Entry | null, number] = [null, Infinity]
  for (let index = 1; index < entries.length - 1; index++) {
    const [before, entry, after] = [entries[index - 1]!, entries[index]!, entries[index + 1]!]
    const gap = (after.step - before.step) / Math.cbrt(entry.step + 1)
    if (entry.isFixed || gap >= smallest) continue
    ;[found, smallest] = [entry, gap]
  }
  return found
}

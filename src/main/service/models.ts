/**
 * Models that clients look at. The model of a run is used in the run's own worker if there is one, and otherwise opened from
 * the run's folder in a separate worker. Idle workers stay open while there is enough memory, so that returning to a model is
 * fast.
 */
import type { Signal } from '@core/contract/cancel'
import { engineChoice } from '@core/contract/engine'
import type { ModelRef } from '@core/contract/look'
import { trains } from '@core/contract/run-state'
import { LabError } from '@core/errors'
import type { Run } from './run'
import { Seat } from './seat'
import type { Spawn } from './spawn'
import { startWorker, type Worker } from './worker'

export interface ModelLimits {
  /** Bytes of memory to keep free. */
  readonly reserve: number
  /** Maximum number of idle workers. */
  readonly mostIdle: number
  /** Milliseconds without a look after which an idle worker is closed. */
  readonly unused: number
}

export interface ModelsOptions {
  readonly spawn: Spawn
  /** The runs of all workspaces. */
  readonly runs: () => Iterable<Run>
  readonly limits?: ModelLimits
  /** Bytes of memory available to new processes. */
  readonly availableMemory?: () => number
  /** Clock in milliseconds. */
  readonly now?: () => number
}

export type ModelStep = ModelRef['step']

/** Work on a model, held by the worker, or one of its past at the wanted step; it should end early when the signal is aborted. */
type Work<T> = (worker: Worker, signal: Signal, isPast: boolean) => Promise<T>

/** A model opened from a run's folder. */
interface Opened {
  readonly run: Run
  /** Whether it is the model at any step of the past. */
  readonly isPast: boolean
  /** Step of the run's last checkpoint; once open, of the checkpoint that was actually opened. */
  step: number
  readonly opening: Promise<Seat>
  /** Null while it is being opened. */
  seat: Seat | null
}

const usualLimits: ModelLimits = { reserve: 2 ** 30, mostIdle: 8, unused: 10 * 60_000 }
const tidyEvery = 60_000 // milliseconds

export class Models {
  readonly #options: Required<ModelsOptions>
  readonly #own = new WeakMap<Worker, Seat>()
  readonly #opened = new Set<Opened>()
  readonly #timer: NodeJS.Timeout
  #last: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(options: ModelsOptions) {
    const { spawn, runs, limits = usualLimits, availableMemory = () => process.availableMemory(), now = Date.now } = options
    this.#options = { spawn, runs, limits, availableMemory, now }
    this.#timer = setInterval(() => void this.tidy(), tidyEvery).unref()
  }

  /**
   * Finds the model, opens it if necessary, and runs `work` on it. With `follows`, rejects with Replaced when the run continues
   * in another worker. Throws LabError `model.nothing-kept`, `model.no-such-step`, `model.made-room`, or the reason why it
   * cannot be opened.
   */
  async use<T>(run: Run, step: ModelStep, follows: boolean, signal: Signal, work: Work<T>): Promise<T> {
    const seat = await this.#find(run, step)
    const isPast = [...this.#opened].some((opened) => opened.seat === seat && opened.isPast)
    return seat.use(follows, signal, (worker, own) => work(worker, own, isPast))
  }

  /** Must be called when a run has stopped training: its worker is idle from then on. */
  note(run: Run): void {
    if (run.worker && !run.underWay) this.#ownSeat(run, run.worker)
  }

  /** Must be called when the run trains again in its own worker: the model opened from its folder is outdated. */
  supersede(run: Run): void {
    for (const opened of this.#openedOf(run)) opened.seat?.supersede()
  }

  /** Closes the models opened from the folder of a run. */
  async closeAll(run: Run, reason: Error): Promise<void> {
    const close = ({ opening }: Opened): Promise<void> => opening.then((seat) => seat.close(reason)).catch(() => undefined)
    await Promise.all(this.#openedOf(run).map(close))
  }

  /**
   * Must be called before a worker starts, where `idle` is the number of new workers that will not train. While memory is short
   * or too many workers are open, closes idle ones: those without looks first, least recently used first.
   */
  makeRoom(idle = 0): Promise<void> {
    return this.#inTurn(async () => {
      const { limits, availableMemory } = this.#options
      for (;;) {
        const seats = this.#idle().toSorted(
          (a, b) => Number(a.isLookedAt) - Number(b.isLookedAt) || a.lastLooked - b.lastLooked,
        )
        const isShort = seats.length + idle > limits.mostIdle || availableMemory() < limits.reserve
        const [first] = seats
        if (!isShort || !first) return
        await first.close(new LabError('model.made-room', { run: first.run.id }))
      }
    })
  }

  /** Closes workers without recent looks, and frees memory. */
  async tidy(): Promise<void> {
    const { limits, now } = this.#options
    const unused = this.#idle().filter((seat) => !seat.isLookedAt && now() - seat.lastLooked >= limits.unused)
    await Promise.all(unused.map((seat) => seat.close(new LabError('model.made-room', { run: seat.run.id }))))
    await this.makeRoom()
  }

  /** Ends all workers that were opened here. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#isClosed = true
    await Promise.all([...this.#opened].map(({ run }) => this.closeAll(run, new LabError('connection-closed'))))
  }

  async #find(run: Run, step: ModelStep): Promise<Seat> {
    for (;;) {
      await run.launching?.catch(() => undefined)
      const seat = await this.#seatOf(run, step)
      // While the model was being opened from the folder, the run may have continued in its own worker.
      const isOutOfDate = step === 'now' && seat.worker !== run.worker && (run.worker ?? run.launching) !== null
      if (isOutOfDate) seat.supersede()
      else if (seat.isClosing) await seat.closed()
      else return seat
    }
  }

  async #seatOf(run: Run, step: ModelStep): Promise<Seat> {
    const { status, worker } = run
    if (worker && (step === 'now' || (status.step === step && !trains(status)))) return this.#ownSeat(run, worker)
    const kept = status.checkpoint
    const wanted = step === 'now' ? kept : step
    if (wanted === null) throw new LabError('model.nothing-kept', { run: run.id })
    const opened = this.#openedOf(run)
    const now = opened.find((each) => !each.isPast && each.step === wanted)
    // Before its first checkpoint, a run under way has moments.
    if (!now && kept === null && !run.underWay) throw new LabError('model.nothing-kept', { run: run.id })
    if (wanted > run.step) throw noSuchStep(run, wanted)
    const found =
      now ??
      (wanted === kept
        ? this.#open(run, wanted, false)
        : (opened.find(({ isPast }) => isPast) ?? this.#open(run, wanted, true)))
    const seat = await found.opening
    if (step !== 'now' && !found.isPast && found.step !== step) throw noSuchStep(run, step)
    return seat
  }

  #open(run: Run, step: number, isPast: boolean): Opened {
    const opening = this.#openSeat(run, isPast).then(({ seat, step: actual }) => {
      opened.seat = seat
      opened.step = actual
      return seat
    })
    const opened: Opened = { run, isPast, step, opening, seat: null }
    this.#opened.add(opened)
    const forget = (): void => void this.#opened.delete(opened)
    opening.then(({ worker }) => worker.ended.then(forget)).catch(forget)
    return opened
  }

  async #openSeat(run: Run, isPast: boolean): Promise<{ readonly seat: Seat; readonly step: number }> {
    const { engine } = isPast ? run.status : await run.request()
    const data = await run.data()
    await this.makeRoom(1)
    // A page that left while the host ends may have asked for a model, whose process would outlive the host.
    if (this.#isClosed) throw new LabError('connection-closed')
    const worker = startWorker(this.#options.spawn)
    try {
      const folder = { directory: run.folder, engine: engineChoice.parse(engine), data }
      const seat = new Seat(run, worker, this.#options.now)
      if (!isPast) return { seat, step: (await worker.ask((call) => call.open(folder))).step }
      await worker.ask((call) => call.openPast(folder))
      return { seat, step: 0 }
    } catch (error) {
      worker.end()
      throw error
    }
  }

  #openedOf(run: Run): Opened[] {
    return [...this.#opened].filter((each) => each.run === run)
  }

  #ownSeat(run: Run, worker: Worker): Seat {
    const seat = this.#own.get(worker) ?? new Seat(run, worker, this.#options.now)
    this.#own.set(worker, seat)
    return seat
  }

  /** Workers that may be closed. */
  #idle(): Seat[] {
    const own = [...this.#options.runs()].flatMap((run) => {
      const isIdle = !run.underWay && !run.launching && run.isKept
      return run.worker && isIdle ? [this.#ownSeat(run, run.worker)] : []
    })
    return [...own, ...[...this.#opened].flatMap(({ seat }) => seat ?? [])]
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }
}

export const noSuchStep = (run: Run, step: number): LabError =>
  new LabError('model.no-such-step', { run: run.id, step, kept: run.status.checkpoint ?? 0 })

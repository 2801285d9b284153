/** A worker that holds a model, and the requests in progress on it. */
import { newAbort, onAbort, type Abort, type Signal } from '@core/contract/cancel'
import { LabError } from '@core/errors'
import type { Run } from './run'
import { Replaced, within, type Worker } from './worker'

interface Looker {
  readonly abort: Abort
  /** Whether it follows the run to another worker. */
  readonly follows: boolean
  /** Why it was ended. */
  reason: Error | null
}

/** Milliseconds to wait for a killed process to exit. */
const killLimit = 5000

export class Seat {
  readonly run: Run
  readonly worker: Worker
  readonly #now: () => number
  readonly #lookers = new Set<Looker>()
  #lastLooked: number
  #isSuperseded = false
  #isClosing = false

  constructor(run: Run, worker: Worker, now: () => number) {
    this.run = run
    this.worker = worker
    this.#now = now
    this.#lastLooked = now()
    void worker.ended.then((how) => {
      for (const looker of this.#lookers) dismiss(looker, new LabError('process.ended', { how }))
    })
  }

  get isLookedAt(): boolean {
    return this.#lookers.size > 0
  }
  /** Whether its worker is being closed: another one has to be found or opened. */
  get isClosing(): boolean {
    return this.#isClosing
  }
  /** When a look last started or ended, by the given clock. */
  get lastLooked(): number {
    return this.#lastLooked
  }

  /** Runs `work` on the model, which counts as in use until it is done. Rejects with the reason if it is ended early. */
  async use<T>(follows: boolean, signal: Signal, work: (worker: Worker, signal: Signal) => Promise<T>): Promise<T> {
    const looker: Looker = { abort: newAbort(), follows, reason: null }
    const forget = onAbort(signal, () => looker.abort.abort())
    this.#lookers.add(looker)
    this.#lastLooked = this.#now()
    try {
      const result = await work(this.worker, looker.abort.signal)
      if (looker.reason) throw looker.reason
      return result
    } catch (error) {
      throw looker.reason ?? error
    } finally {
      forget()
      this.#lookers.delete(looker)
      this.#lastLooked = this.#now()
      this.#closeIfLeft()
    }
  }

  /**
   * The run continues in another worker: following looks reject with Replaced, and this worker closes when the others have
   * ended.
   */
  supersede(): void {
    this.#isSuperseded = true
    for (const looker of this.#lookers) if (looker.follows) dismiss(looker, new Replaced())
    this.#closeIfLeft()
  }

  /** Ends the worker; requests in progress reject with the reason. Resolves when its memory is free. */
  async close(reason: Error): Promise<void> {
    for (const looker of this.#lookers) dismiss(looker, reason)
    this.#end(reason)
    await this.closed()
  }

  /** Resolves when the process being ended has exited, or has not within the time limit. */
  async closed(): Promise<void> {
    await within(killLimit, this.worker.ended)
  }

  #closeIfLeft(): void {
    if (this.#isSuperseded && !this.isLookedAt) this.#end(new Replaced())
  }

  #end(reason: Error): void {
    this.#isClosing = true
    this.worker.end(reason)
  }
}

function dismiss(looker: Looker, reason: Error): void {
  looker.reason ??= reason
  looker.abort.abort()
}

/** A worker that holds a model, and those who look at it. */
import { newAbort, onAbort, type Abort, type Signal } from '@core/contract/cancel'
import { LabError } from '@core/errors'
import type { Run } from './run'
import { Replaced, within, type Worker } from './worker'

interface Looker {
  readonly abort: Abort
  /** Goes along when the run continues in another worker. */
  readonly follows: boolean
  /** Why it was sent away. */
  reason: Error | null
}

/** Milliseconds that are waited for a process that was killed. */
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
  /** Whether its worker is being ended: another one has to be found or opened. */
  get isClosing(): boolean {
    return this.#isClosing
  }
  /** When a look last began or ended, by the clock that was given. */
  get lastLooked(): number {
    return this.#lastLooked
  }

  /** Does something with the model; until it is done, the model counts as looked at. Fails with why the looker was sent away, if it was. */
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

  /** The run continues in another worker: those who follow it go there, and this one closes with the last of the others. */
  supersede(): void {
    this.#isSuperseded = true
    for (const looker of this.#lookers) if (looker.follows) dismiss(looker, new Replaced())
    this.#closeIfLeft()
  }

  /** Ends the worker; those who look are told why. Resolves when its memory is free. */
  async close(reason: Error): Promise<void> {
    for (const looker of this.#lookers) dismiss(looker, reason)
    this.#end(reason)
    await this.closed()
  }

  /** Resolves when the process of a worker that is being ended is gone, or does not go. */
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

/** A worker that holds a model, and the requests under way on it. */
import { newAbort, onAbort, type Abort, type Signal } from '@core/contract/cancel'
import { LabError } from '@core/errors'
import type { Run } from './run'
import { Replaced, within, type Worker } from './worker'

interface Looker {
  readonly abort: Abort
  /** Goes along when the run continues in another worker. */
  readonly follows: boolean
  /** Why it was ended. */
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

  /** Does something with the model; until it is done, the model counts as looked at. Fails with the reason if it is ended early. */
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

  /** The run continues in another worker: looks that follow it fail with Replaced, and this worker is closed when the others have ended. */
  supersede(): void {
    this.#isSuperseded = true
    for (const looker of this.#lookers) if (looker.follows) dismiss(looker, new Replaced())
    this.#closeIfLeft()
  }

  /** Ends the worker; requests under way fail with the reason. Resolves when its memory is free. */
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

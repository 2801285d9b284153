/** Reports a run that trains in this page to its host. While the connection is lost, training goes on, and is reported afterwards. */
import type { RunReport } from '@core/contract/page-runs'
import { trains } from '@core/contract/run-state'
import type { RunCommand } from '@core/contract/runs'
import { LabError, toProblem, type Problem } from '@core/errors'
import type { Host } from '../api/host'
import type { PageRun } from './page-run'

export interface ReporterListener {
  /** Another page trains the run now, or it was deleted. */
  readonly lost: (problem: Problem) => void
  /** The host cannot keep what is reported; it is tried again. */
  readonly failed: (problem: Problem) => void
  /** A command given elsewhere. */
  readonly command: (command: RunCommand) => void
}

/** Milliseconds between reports, between reports with a checkpoint, and after a failure. */
const every = 2000
const checkpointEvery = 15_000
const afterFailure = 20_000

export class Reporter {
  readonly #host: Host
  readonly #run: PageRun
  readonly #lease: string
  readonly #listener: ReporterListener
  #begin: RunReport['begin']
  #isPending = true
  #sending: Promise<void> | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #lastSent = -Infinity
  #lastCheckpoint = -Infinity
  #failure: Problem | null = null
  #stopListening: (() => void) | null = null
  readonly #forget: () => void
  #isOver = false

  constructor(host: Host, run: PageRun, lease: string, listener: ReporterListener) {
    this.#host = host
    this.#run = run
    this.#lease = lease
    this.#listener = listener
    const { lab, data, after, continuedFrom } = run
    this.#begin = { lab, data, after, continuedFrom }
    run.onChange = (urgent) => {
      this.#isPending = true
      this.#schedule(urgent ? 0 : this.#lastSent + every - performance.now())
    }
    this.#forget = host.onConnected(() => this.#schedule(0))
  }

  /** Whether the host has everything. */
  get isDone(): boolean {
    return !this.#isPending && this.#sending === null
  }

  /** Resolves when the host has everything so far. Throws LabError if it cannot have it now. */
  async settle(): Promise<void> {
    while (!this.isDone && !this.#isOver) {
      if (this.#host.state.value !== 'connected') throw new LabError('connection-closed')
      await this.#send(true)
      const failure = this.#failure
      if (failure) throw new LabError(failure.code, failure.params)
    }
  }

  /** Resolves when no report is on its way. */
  async idle(): Promise<void> {
    await this.#sending
  }

  end(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#forget()
    this.#stopListening?.()
  }

  #schedule(milliseconds: number): void {
    if (this.#isOver || this.#sending || (this.#timer && milliseconds > 0)) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#send(false), Math.max(0, milliseconds))
  }

  #send(everything: boolean): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#sending ??= this.#sendUnreported(everything).finally(() => {
      this.#sending = null
      const wait = this.#failure ? afterFailure : every
      if (this.#isPending && this.#host.state.value === 'connected') this.#schedule(wait)
    })
    return this.#sending
  }

  async #sendUnreported(everything: boolean): Promise<void> {
    if (this.#isOver || !this.#isPending || this.#host.state.value !== 'connected') return
    const now = performance.now()
    const isDue = everything || !trains(this.#run.status) || now - this.#lastCheckpoint >= checkpointEvery
    const part = this.#run.takeUnreported(isDue)
    this.#isPending = false
    this.#lastSent = now
    try {
      const { id: run } = this.#run
      await this.#host.call['runs.report']({ run, lease: this.#lease, begin: this.#begin, ...part, files: [...part.files] })
      this.#begin = null
      this.#failure = null
      this.#run.acknowledge(part)
      this.#isPending ||= this.#run.hasUnreportedFiles // not due yet
      if (part.files.length > 0) this.#lastCheckpoint = now
      this.#listen()
    } catch (error) {
      this.#isPending = true
      this.#run.putBack(part)
      this.#fail(toProblem(error))
    }
  }

  #fail(problem: Problem): void {
    if (problem.code === 'connection-closed' || this.#isOver) return
    if (['run.taken-over', 'run.unknown', 'run.under-way'].includes(problem.code)) {
      this.end()
      this.#listener.lost(problem)
      return
    }
    if (this.#failure?.code !== problem.code) this.#listener.failed(problem)
    this.#failure = problem
  }

  /** Listens for commands from elsewhere, from the first report on. */
  #listen(): void {
    this.#stopListening ??= this.#host.stream(
      'runs.commands',
      { run: this.#run.id, lease: this.#lease },
      { onPart: this.#listener.command, onFailure: () => undefined }, // the next report says why
    )
  }
}

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
  readonly #hold: string
  readonly #listener: ReporterListener
  #begin: RunReport['begin']
  #isNew = true
  #sending: Promise<void> | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #lastSent = -Infinity
  #lastCheckpoint = -Infinity
  #failure: Problem | null = null
  #stopSteering: (() => void) | null = null
  readonly #forget: () => void
  #isOver = false

  constructor(host: Host, run: PageRun, hold: string, listener: ReporterListener) {
    this.#host = host
    this.#run = run
    this.#hold = hold
    this.#listener = listener
    const { lab, data, after, continuedFrom } = run
    this.#begin = { lab, data, after, continuedFrom }
    run.onNews = (urgent) => {
      this.#isNew = true
      this.#schedule(urgent ? 0 : this.#lastSent + every - performance.now())
    }
    this.#forget = host.onConnected(() => this.#schedule(0))
  }

  /** Whether the host has everything. */
  get isDone(): boolean {
    return !this.#isNew && this.#sending === null
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
    this.#stopSteering?.()
  }

  #schedule(milliseconds: number): void {
    if (this.#isOver || this.#sending || (this.#timer && milliseconds > 0)) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#send(false), Math.max(0, milliseconds))
  }

  #send(everything: boolean): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#sending ??= this.#sendNews(everything).finally(() => {
      this.#sending = null
      const wait = this.#failure ? afterFailure : every
      if (this.#isNew && this.#host.state.value === 'connected') this.#schedule(wait)
    })
    return this.#sending
  }

  async #sendNews(everything: boolean): Promise<void> {
    if (this.#isOver || !this.#isNew || this.#host.state.value !== 'connected') return
    const now = performance.now()
    const isDue = everything || !trains(this.#run.status) || now - this.#lastCheckpoint >= checkpointEvery
    const news = this.#run.takeNews(isDue)
    this.#isNew = false
    this.#lastSent = now
    try {
      const { id: run } = this.#run
      await this.#host.call['runs.report']({ run, hold: this.#hold, begin: this.#begin, ...news, files: [...news.files] })
      this.#begin = null
      this.#failure = null
      this.#run.told(news)
      if (news.files.length > 0) this.#lastCheckpoint = now
      this.#steer()
    } catch (error) {
      this.#isNew = true
      this.#run.giveBack(news)
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
  #steer(): void {
    this.#stopSteering ??= this.#host.stream(
      'runs.steer',
      { run: this.#run.id, hold: this.#hold },
      { onPart: this.#listener.command, onFailure: () => undefined }, // the next report says why
    )
  }
}

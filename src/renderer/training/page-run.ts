/** A run that trains in a worker of this page: what is known of it, its model, and what its host does not know yet. */
import type { Generation, GenerationProgress, GenerationRequest } from '@core/contract/generation'
import type { HeadCircuits, HeadRef, HeadReport } from '@core/contract/heads'
import type { Comparison, Confusion, Lens, Look, LookInput, LookRequest, Mutes } from '@core/contract/look'
import type { RunReport, StoredFile } from '@core/contract/page-runs'
import type { PageWorkerMethods } from '@core/contract/page-worker'
import type { PatchReport, PatchRequestInput } from '@core/contract/patch'
import type { Progress } from '@core/contract/progress'
import { isUnderWay } from '@core/contract/run-state'
import { beginningOf, figuresOf, outlineOf } from '@core/contract/run-outline'
import type { RunCommand, RunOverview, RunPart, RunStatus, RunSummary } from '@core/contract/runs'
import type { Caller, CallOptions } from '@core/contract/table'
import type { Worth } from '@core/contract/worth'
import type { TokenReport } from '@core/contract/tokens'
import { LabError, toProblem } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { secondsSoFar } from '@core/series/along'
import { RunSeries, type SeriesParts } from '@core/series/series'
import type { PageWorker, StartPageWorker } from './start-worker'

/** What a run begins with, or continues from. */
export interface Beginning {
  readonly id: string
  readonly lab: LabDocument
  /** Id of the learner's text, and the text. */
  readonly data: string | null
  readonly text: string | null
  /** Files of its checkpoints, if it continues, and its measurements so far. */
  readonly files: readonly StoredFile[]
  readonly series: SeriesParts
  /** Files of another run's checkpoints, whose weights it begins with. */
  readonly from: { readonly run: string; readonly files: readonly StoredFile[] } | null
  readonly continuedFrom: number | null
  readonly paused: boolean
  /** Its earlier training in this page, of which the host may not know everything. */
  readonly before: PageRun | null
}

/** What is new since the last report. */
export type Unreported = Pick<RunReport, 'status' | 'series' | 'summary' | 'files' | 'kept'>

export class PageRun {
  readonly id: string
  readonly lab: LabDocument
  readonly data: string | null
  readonly continuedFrom: number | null
  readonly #start: StartPageWorker
  readonly #text: string | null
  readonly #series = new RunSeries()
  readonly #followers = new Set<(part: RunPart) => void>()
  #worker: PageWorker | null
  #status: RunStatus
  #summary: RunSummary | null = null
  #files: ReadonlyMap<string, Uint8Array>
  /** Files that the host has, and the step of their newest checkpoint. */
  #known: Map<string, Uint8Array>
  #knownCheckpoint: number | null = null
  /** Number of statuses that came by themselves: a reply may be older. */
  #statusesReceived = 0
  #unreported = new RunSeries()
  /** Steps behind the weights it began with. */
  #after = 0
  /** Called when there is something to report; `urgent` where its state has changed. */
  onChange: (urgent: boolean) => void = () => undefined

  private constructor(start: StartPageWorker, beginning: Beginning, worker: PageWorker) {
    const { id, lab, data, text, files, series, continuedFrom, before } = beginning
    this.id = id
    this.lab = lab
    this.data = data
    this.continuedFrom = continuedFrom
    this.#start = start
    this.#text = text
    this.#worker = worker
    this.#files = new Map(files.map(({ name, bytes }) => [name, bytes]))
    this.#known = new Map(before ? before.#known : this.#files)
    if (before) this.#unreported.add(before.#unreported.snapshot())
    this.#series.add(series)
    const { steps, learningRate } = lab.training
    const status = { run: id, state: 'starting', step: 0, steps, learningRate, parameters: 0, checkpoint: null } as const
    this.#status = { ...status, place: 'page', engine: 'tfjs', problem: null }
  }

  /** Begins, or continues from the files. Throws LabError if the lab cannot be trained here. */
  static async begin(start: StartPageWorker, beginning: Beginning): Promise<PageRun> {
    const { id, lab, text, files, from, continuedFrom, paused } = beginning
    const worker = start()
    const run = new PageRun(start, beginning, worker)
    run.#listen(worker)
    try {
      const restore = files.length > 0
      await run.#ask((call) => call.fill({ directory: id, files: [...files] }))
      if (from) await run.#ask((call) => call.fill({ directory: from.run, files: [...from.files] }))
      const recorded = restore ? run.#series.lastStep : null
      const seconds = secondsSoFar(run.#series)
      const begun = { run: id, lab, engine: 'tfjs', data: text, directory: id } as const
      const job = { ...begun, restore, recorded, seconds, continuedFrom, paused }
      const status = await run.#ask((call) => call.train({ ...job, from: from?.run ?? null }))
      if (restore) run.#knownCheckpoint = status.checkpoint
      run.#after = run.#knownCheckpoint ?? 0
      run.#series.cut(run.#after)
      run.#unreported.cut(run.#after)
      run.#take(status)
      return run
    } catch (error) {
      worker.close()
      throw error
    }
  }

  get status(): RunStatus {
    return this.#status
  }
  get underWay(): boolean {
    return isUnderWay(this.#status)
  }
  get after(): number {
    return this.#after
  }
  /** Whether its model is still in memory. */
  get isOpen(): boolean {
    return this.#worker !== null
  }
  /** For the list of runs. */
  get overview(): RunOverview {
    return { status: this.#status, begun: beginningOf(this.id), ...outlineOf(this.lab, figuresOf(this.#series)) }
  }
  get files(): StoredFile[] {
    return Array.from(this.#files, ([name, bytes]) => ({ name, bytes }))
  }
  get series(): SeriesParts {
    return this.#series.snapshot()
  }

  /** Sends the complete state at once, then updates. Returns a function that stops it. */
  follow(listener: (part: RunPart) => void): () => void {
    const summary = this.#summary && { summary: this.#summary }
    listener({ cut: this.#after + 1, status: this.#status, series: this.series, ...summary })
    this.#followers.add(listener)
    return () => void this.#followers.delete(listener)
  }

  /** Throws LabError `run.ended` if the worker is gone. */
  async command(command: RunCommand, until: number | null = null): Promise<RunStatus> {
    return this.#order((call) => call.command({ command, until }))
  }
  async tune(learningRate: number): Promise<RunStatus> {
    return this.#order((call) => call.tune({ learningRate }))
  }
  look(look: LookRequest, every: number | null, options: CallOptions<Look>): Promise<null> {
    return this.#ask((call) => call.look({ look, every }, options))
  }
  evaluate(mutes: Mutes, options: CallOptions<Progress>): Promise<Comparison> {
    return this.#ask((call) => call.evaluate({ mutes }, options))
  }
  confusion(mutes: Mutes, options: CallOptions<Progress>): Promise<Confusion> {
    return this.#ask((call) => call.confusion({ mutes }, options))
  }
  worth(mutes: Mutes, options: CallOptions<Progress>): Promise<Worth> {
    return this.#ask((call) => call.worth({ mutes }, options))
  }
  patch(patch: PatchRequestInput, options: CallOptions<Progress>): Promise<PatchReport> {
    return this.#ask((call) => call.patch({ patch }, options))
  }
  heads(muting: boolean | undefined, options: CallOptions<Progress>): Promise<HeadReport> {
    return this.#ask((call) => call.heads({ muting }, options))
  }
  lens({ input, mutes }: { readonly input: LookInput; readonly mutes: Mutes }, options: CallOptions<never>): Promise<Lens> {
    return this.#ask((call) => call.lens({ input, mutes }, options))
  }
  circuits(head: HeadRef, options: CallOptions<never>): Promise<HeadCircuits> {
    return this.#ask((call) => call.circuits({ head }, options))
  }
  tokens(sequence: 'tokens' | 'source', options: CallOptions<never>): Promise<TokenReport> {
    return this.#ask((call) => call.tokens({ sequence }, options))
  }
  /** In a worker of its own, from a new checkpoint, so that training goes on. */
  async generate(request: GenerationRequest, options: CallOptions<GenerationProgress>): Promise<Generation> {
    if (this.#status.step !== this.#status.checkpoint || this.#status.state === 'running') await this.command('checkpoint')
    const worker = this.#start()
    try {
      await worker.call.fill({ directory: this.id, files: this.files })
      const folder = { directory: this.id, engine: 'tfjs', data: this.#text } as const
      return await worker.call.generate({ request, folder }, options)
    } finally {
      worker.close()
    }
  }

  get hasUnreportedFiles(): boolean {
    return [...this.#files].some(([name, bytes]) => this.#known.get(name) !== bytes)
  }
  /** What the host does not know yet; `withFiles` also of its checkpoints. What could not be sent must be returned with `putBack`. */
  takeUnreported(withFiles: boolean): Unreported {
    const series = this.#unreported.snapshot()
    this.#unreported = new RunSeries()
    const files = withFiles ? this.files.filter(({ name, bytes }) => this.#known.get(name) !== bytes) : []
    const checkpoint = withFiles ? this.#status.checkpoint : this.#knownCheckpoint
    const status = { ...this.#status, checkpoint } as Unreported['status'] // a run in a page is neither queued nor interrupted
    return { status, series, summary: this.#summary as Unreported['summary'], files, kept: [...this.#files.keys()] }
  }
  /** The host has stored what was taken. */
  acknowledge({ files, status }: Unreported): void {
    for (const { name, bytes } of files) this.#known.set(name, bytes)
    for (const name of this.#known.keys()) if (!this.#files.has(name)) this.#known.delete(name)
    this.#knownCheckpoint = status.checkpoint
  }
  putBack({ series }: Unreported): void {
    const later = this.#unreported.snapshot()
    this.#unreported = new RunSeries()
    this.#unreported.add(series)
    this.#unreported.add(later)
  }

  /** Ends the worker with its model. A run that still trains ends as stopped. */
  close(): void {
    this.#worker?.close()
    this.#worker = null
    if (this.underWay) this.#take({ ...this.#status, state: 'stopped' })
  }

  #listen(worker: PageWorker): void {
    worker.on('status', (status) => {
      this.#statusesReceived++
      this.#take(status)
    })
    worker.on('telemetry', (telemetry) => {
      this.#series.add(telemetry.series)
      this.#unreported.add(telemetry.series)
      this.#tell(telemetry)
      this.onChange(false)
    })
    worker.on('summary', (summary) => {
      this.#summary = summary
      this.#tell({ summary })
    })
    worker.on('stored', ({ files, kept }) => {
      const all = new Map([...this.#files, ...files.map(({ name, bytes }) => [name, bytes] as const)])
      this.#files = new Map([...all].filter(([name]) => kept.includes(name)))
      this.onChange(false)
    })
    worker.onClose(() => {
      if (this.#worker !== worker) return
      this.#worker = null
      if (!this.underWay) return
      const { checkpoint } = this.#status
      const code = checkpoint === null ? 'run.interrupted-at-start' : 'run.interrupted'
      const problem = toProblem(new LabError(code, { run: this.id, how: 'worker', step: checkpoint ?? 0 }))
      this.#take({ ...this.#status, state: 'failed', problem })
    })
  }

  #take(status: RunStatus): void {
    const before = this.#status
    const { transplant, baseline } = before
    this.#status = {
      ...status,
      place: 'page',
      transplant: status.transplant ?? transplant,
      baseline: status.baseline ?? baseline,
    }
    this.#tell({ status: this.#status })
    this.onChange(before.state !== status.state || before.checkpoint === null)
  }

  #tell(part: RunPart): void {
    for (const follower of this.#followers) follower(part)
  }

  /** The status in the reply counts unless a newer one came meanwhile. */
  async #order(question: (call: Caller<PageWorkerMethods>) => Promise<RunStatus>): Promise<RunStatus> {
    const received = this.#statusesReceived
    const reply = await this.#ask(question)
    if (received === this.#statusesReceived) this.#take(reply)
    return this.#status
  }

  async #ask<T>(question: (call: Caller<PageWorkerMethods>) => Promise<T>): Promise<T> {
    const gone = new LabError('run.ended', { run: this.id })
    if (!this.#worker) throw gone
    try {
      return await question(this.#worker.call)
    } catch (error) {
      throw error instanceof LabError && error.code === 'connection-closed' ? gone : error
    }
  }
}

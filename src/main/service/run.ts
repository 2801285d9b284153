/** One run: its status, its followers, and its worker if there is one. The worker may die at any moment; the run remains. */
import { continuedBeyond } from '@core/contract/continue'
import type { RunReport } from '@core/contract/page-runs'
import type { RunLabel } from '@core/contract/run-label'
import { gpuEngine, isOfDevice } from '@core/contract/engine'
import { beginningOf } from '@core/contract/run-outline'
import type { Fork, RunCommand, RunOverview, RunPart, RunStatus, RunSummary } from '@core/contract/runs'
import { isUnderWay } from '@core/contract/run-state'
import type { Argument, Call, Caller } from '@core/contract/table'
import type { WorkerMethods } from '@core/contract/worker'
import { fromProblem, LabError, toProblem, type Problem } from '@core/errors'
import { secondsSoFar } from '@core/series/along'
import { PageTraining } from './page-training'
import { RunArchive, type ArchiveContext } from './run-archive'
import type { RunRecord, RunRequest } from './run-files'
import { attachWorker } from './run-worker'
import { Replaced, within, type Worker } from './worker'

/** Services that a run needs. */
export interface RunContext extends Pick<ArchiveContext, 'inTurn' | 'log'> {
  /** A new worker, or one that was started ahead. */
  readonly takeWorker: () => Worker
  readonly readData: (id: string) => Promise<string>
  /** Milliseconds allowed for a worker to carry out a command. */
  readonly stopLimit: number
  /** The run of the workspace that another continues. Throws LabError. */
  readonly forkFrom: (fork: Fork) => Promise<NonNullable<Argument<WorkerMethods, 'train'>['fork']>>
  /** Called before a worker starts. */
  readonly makeRoom: () => Promise<void>
  readonly onStatus: (run: Run) => void
  /** Called when it trains in a new worker. */
  readonly onLaunch: (run: Run) => void
  /** Called when its overview changes. */
  readonly onChange: (run: Run) => void
}

export class Run {
  readonly id: string
  readonly folder: string
  /** Resolves when it is removed. */
  readonly removed: Promise<void>
  readonly #context: RunContext
  readonly #archive: RunArchive
  readonly #followers = new Set<(part: RunPart) => void>()
  /** Its training in a page, if a page trains it. */
  readonly #page: PageTraining
  #status: RunStatus
  #summary: RunSummary | null
  #worker: Worker | null = null
  /** Resolves when there is no worker and everything from the last one is written. */
  #exited: Promise<void> = Promise.resolve()
  #launching: Promise<void> | null = null
  /** Its state before the request to continue, until its worker has accepted. */
  #before: { readonly status: RunStatus; readonly summary: RunSummary | null; readonly request: RunRequest } | null = null
  #statusesTold = 0
  /** The last step with measurements of this training. */
  #measured = 0
  /** Why it trains on another engine than was asked for. */
  #notice: Problem | undefined
  /** Whether it was told to stop: then its worker may go. */
  #stopping = false
  /** Until the worker has reported the step from which it continues. */
  #continuing = false
  #setRemoved: () => void = () => undefined

  /** `request` is null if it is to be read from the folder when needed. */
  constructor(
    folder: string,
    record: Omit<RunRecord, 'owner' | 'ownerBegan'>,
    request: RunRequest | null,
    context: RunContext,
  ) {
    const { status, summary, outline } = record
    this.id = status.run
    this.folder = folder
    this.#status = status
    this.#summary = summary
    this.#context = context
    const { inTurn, log } = context
    this.#archive = new RunArchive(folder, request, outline, { inTurn, log, onOutline: () => this.#outlined() })
    this.removed = new Promise((resolve) => (this.#setRemoved = resolve))
    const underWay = (): boolean => this.underWay
    this.#page = new PageTraining({
      id: this.id,
      folder,
      archive: this.#archive,
      get underWay() {
        return underWay()
      },
      endWorker: () => this.#endIdle(),
      onReport: (report) => this.#takeReport(report),
      onLeft: () => this.#losePage(),
    })
  }

  get status(): RunStatus {
    return this.#status
  }
  get underWay(): boolean {
    return isUnderWay(this.#status)
  }
  /** Whether it trains in a page, and not on this computer's cores. */
  get isInPage(): boolean {
    return this.underWay && this.#status.place === 'page'
  }
  /** The last step it has taken: statuses are rare, measurements are not. */
  get step(): number {
    return Math.max(this.#status.step, this.underWay ? this.#measured : 0)
  }
  /** The process that trains it, or has trained it and still holds its model. */
  get worker(): Worker | null {
    return this.#worker
  }
  /** Set while a worker is starting. */
  get launching(): Promise<void> | null {
    return this.#launching
  }
  /** False if only its worker has its final weights, because they could not be written. */
  get isKept(): boolean {
    const { state, step, checkpoint } = this.#status
    return !(state === 'finished' || state === 'stopped') || step === (checkpoint ?? 0)
  }

  /** Resolves when everything known about it is on the disk, except measurements of the last moments. */
  recorded(): Promise<void> {
    return this.#archive.settled()
  }

  /** Throws LabError `run.damaged`, or the reason why the file cannot be read. */
  request(): Promise<RunRequest> {
    return this.#archive.request()
  }

  /** The learner's text, if it uses one. Throws LabError. */
  async data(): Promise<string | null> {
    const { data } = await this.request()
    return data === null ? null : this.#context.readData(data)
  }

  /** For the list of runs. */
  async overview(): Promise<RunOverview> {
    const [outline, label] = await Promise.all([this.#archive.outline(), this.#archive.label()])
    return { status: this.#status, begun: beginningOf(this.id), ...outline, label }
  }

  /** Resolves when it is on disk. Throws LabError. */
  async label(label: RunLabel): Promise<void> {
    await this.#archive.setLabel(label)
    this.#context.onChange(this)
  }

  /** Sends the complete state at once, then updates. Returns a function that stops it. */
  async follow(listener: (part: RunPart) => void): Promise<() => void> {
    await this.#archive.series.use()
    listener(this.everything())
    this.#followers.add(listener)
    return () => {
      if (this.#followers.delete(listener)) this.#archive.series.release()
    }
  }

  /** The complete state, for followers. */
  everything(): RunPart {
    const series = this.#archive.series.known?.snapshot() ?? {}
    return { status: this.#status, series, ...(this.#summary && { summary: this.#summary }) }
  }

  /**
   * Prepares to continue from its last checkpoint; with `more`, for that many steps beyond the requested number, or beyond
   * those taken.
   */
  async prepare(more: number | null): Promise<void> {
    const request = await this.request()
    this.#before = { status: this.#status, summary: this.#summary, request }
    const own = { ...request, lease: null }
    this.#archive.ask(own)
    if (more === null) return
    const beyond = { ...own, ...continuedBeyond(own.lab, this.#status, more) }
    this.#archive.ask(beyond)
    this.#status = { ...this.#status, steps: beyond.lab.training.steps }
    this.#summary = null
  }

  /** Starts the worker. Rejects if the worker rejects the lab; then there is no worker, and the run is unchanged. */
  launch(restore: boolean, paused = false): Promise<void> {
    const launching = this.#launch(restore, paused).finally(() => (this.#launching = null))
    this.#launching = launching
    return launching
  }

  /**
   * Takes what the page that trains it reports. Resolves when it is on the disk. Throws LabError `run.taken-over`, or `run.under-way` if
   * it trains elsewhere.
   */
  report(report: RunReport): Promise<void> {
    return this.#page.report(report)
  }

  /** Sends the page that trains it what others command, until the page leaves. Throws LabError `run.taken-over`. */
  async commands(lease: string, call: Call<RunCommand>): Promise<null> {
    await this.#page.connect(lease, call, this.removed)
    return null
  }

  /** Queues it at this position. */
  wait(queue: number): void {
    if (this.#status.queue === queue) return
    if (!this.#waits) this.#archive.writeRequest().catch((error: unknown) => this.#context.log(this.folder, error))
    this.#take({ ...this.#status, state: 'queued', place: undefined, problem: null, queue })
  }

  /** Removes it from the queue and restores its previous state. */
  leaveLine(): void {
    if (this.#before) this.#goBack(this.#before.status.problem)
    else this.#take({ ...this.#status, state: this.#worker ? 'paused' : 'stopped', queue: undefined })
  }

  /** Resumes training after a pause, when its turn has come; up to the step `until`, if there is one. */
  async resume(until: number | null = null): Promise<void> {
    this.#take({ ...this.#status, state: 'paused', queue: undefined })
    await this.command('resume', until)
  }

  /**
   * Throws `run.queued` while it waits for its turn, `run.ended` if there is no worker, and `run.unresponsive` if the worker
   * does not answer in time. A worker that does not stop in time is killed, and the run is interrupted.
   */
  async command(command: RunCommand, until: number | null = null): Promise<RunStatus> {
    this.#requireTurn()
    if (this.isInPage) {
      this.#page.send(command)
      return this.#status
    }
    const worker = this.#worker
    this.#stopping ||= command === 'stop'
    const done = this.#ask((call) => call.command({ command, until }))
    if (command === 'evaluate')
      await done // its duration depends on the validation set
    else if (command !== 'stop') await this.#inTime(done)
    else if (await within(this.#context.stopLimit, done)) await done
    else {
      done.catch(() => undefined)
      worker?.end()
      await this.#exited
    }
    return this.#status
  }

  /** Throws the same errors as `command`. */
  async tune(change: { readonly learningRate: number }): Promise<RunStatus> {
    this.#requireTurn()
    await this.#inTime(this.#ask((call) => call.tune(change)))
    return this.#status
  }

  /** Ends the worker: asks it to stop, allows `grace` milliseconds to write its checkpoint and exit, then kills it. */
  async end(grace: number): Promise<void> {
    await this.#page.end()
    this.#stopping = true
    if (this.#worker && this.underWay) {
      // It does not matter if the worker dies meanwhile.
      const stopped = this.#ask((call) => call.command({ command: 'stop' })).catch(() => undefined)
      await within(grace, stopped)
    }
    await this.#worker?.leave(grace)
    await this.#exited
    await this.#archive.settled()
  }

  /** Removes the files of a run that never started. */
  async discard(): Promise<void> {
    this.#setRemoved()
    await this.#archive.discard()
  }

  /** Removes all its files. It must not be in progress. Throws LabError; then the run still exists. */
  async remove(): Promise<void> {
    await this.end(0)
    await this.#archive.remove()
    this.#setRemoved()
  }

  get #waits(): boolean {
    return this.#status.state === 'queued'
  }

  /** A later answer still counts. Throws `run.unresponsive`. */
  async #inTime(done: Promise<void>): Promise<void> {
    const { stopLimit } = this.#context
    if (await within(stopLimit, done)) return done
    done.catch(() => undefined)
    throw new LabError('run.unresponsive', { seconds: Math.ceil(stopLimit / 1000) })
  }

  #requireTurn(): void {
    if (this.#waits) throw new LabError('run.queued', { place: this.#status.queue ?? 1 })
  }

  #takeReport({ begin, status, series, summary }: RunReport): void {
    if (begin) this.#summary = null
    if (summary) this.#summary = summary
    this.#tell({ series, ...(begin && { cut: begin.after + 1 }), ...(summary && { summary }) })
    this.#take({ ...status, run: this.id, place: 'page' })
  }

  /** The page left without a word; its last checkpoint remains. */
  #losePage(): void {
    if (!this.isInPage) return
    const step = this.#status.checkpoint
    const problem = toProblem(new LabError(step === null ? 'run.page-left-at-start' : 'run.page-left', { step: step ?? 0 }))
    this.#take({ ...this.#status, state: 'interrupted', problem })
  }

  /** Ends the worker of an earlier training, which holds the model. */
  async #endIdle(): Promise<void> {
    const idle = this.#worker
    this.#worker = null
    idle?.end(new Replaced())
    await this.#exited
  }

  async #launch(restore: boolean, paused: boolean): Promise<void> {
    try {
      const { lab, engine, from, continuedFrom, moments, forkedFrom } = await this.request()
      const data = await this.data()
      const fork = forkedFrom && !restore ? await this.#context.forkFrom(forkedFrom) : null
      await this.#archive.writeRequest()
      await this.#endIdle()
      await this.#context.makeRoom()
      if (!restore) await this.#archive.series.empty()
      const series = await this.#archive.series.use()
      const recorded = series.lastStep
      this.#continuing = restore
      this.#attach()
      this.#take({ ...this.#status, state: 'starting', place: undefined, problem: null, notice: undefined, queue: undefined })
      const { id: run, folder: directory } = this
      const job = {
        run,
        lab,
        engine,
        data,
        directory,
        restore,
        recorded,
        seconds: secondsSoFar(series),
        from,
        continuedFrom,
        paused,
        fork,
        moments: moments * 2 ** 20,
      }
      await this.#ask((call) => call.train(job))
      this.#before = null
      this.#context.onLaunch(this)
    } catch (error) {
      const problem = await this.#giveUp(error)
      if (restore && isOfDevice(problem.code) && (await this.#leaveDevice(problem))) return this.#launch(restore, paused)
      this.#goBack(problem)
      throw fromProblem(problem)
    }
  }

  /** From now on it trains on the processor. False if it does already. */
  async #leaveDevice({ params }: Problem): Promise<boolean> {
    const request = await this.request()
    if (request.engine !== gpuEngine) return false
    const { device = gpuEngine, checkpoint } = this.#status
    const detail = params['detail'] ?? ''
    this.#notice = toProblem(new LabError('engine.device-fallback', { device, step: checkpoint ?? 0, detail }))
    this.#archive.ask({ ...request, engine: 'auto' })
    return true
  }

  /** Its graphics processor cannot go on: continues on the processor from the last checkpoint, or begins again if there is none. */
  async #moveOn(problem: Problem): Promise<void> {
    const { state, checkpoint } = this.#status
    if (await this.#leaveDevice(problem)) await this.launch(checkpoint !== null, state === 'paused')
    else this.#take({ ...this.#status, state: 'failed', problem })
  }

  /** Ends a worker that did not start. Returns the reason: its error, or its exit code. */
  async #giveUp(error: unknown): Promise<Problem> {
    const worker = this.#worker
    const died = error instanceof LabError && error.code === 'run.ended'
    if (!died) this.#worker = null // we end it ourselves, which must not count as an interruption
    worker?.end()
    await this.#exited
    return (died ? this.#status.problem : null) ?? toProblem(error)
  }

  /** Restores the state before the request to continue; a run that never trained has failed. */
  #goBack(problem: Problem | null): void {
    const before = this.#before
    this.#before = null
    if (!before) return this.#take({ ...this.#status, state: 'failed', queue: undefined, problem })
    this.#archive.ask(before.request)
    this.#summary = before.summary
    this.#archive.writeRequest().catch((error: unknown) => this.#context.log(this.folder, error))
    this.#take({ ...before.status, problem })
  }

  #attach(): void {
    this.#measured = 0
    this.#stopping = false
    const worker = this.#context.takeWorker()
    this.#exited = attachWorker(worker, this.#archive.series, {
      status: (status) => {
        this.#statusesTold++
        // A queued run's worker reports itself as paused.
        const waits = this.#waits && status.state === 'paused'
        this.#hear(waits ? { ...status, state: 'queued', queue: this.#status.queue } : status)
      },
      summary: (summary) => {
        this.#summary = summary
        this.#tell({ summary })
      },
      telemetry: (telemetry) => {
        this.#measured = telemetry.series['loss']?.steps.at(-1) ?? this.#measured
        this.#tell(telemetry)
        this.#context.onChange(this)
      },
      gone: (how) => {
        if (this.#worker === worker) this.#lose(how)
      },
    })
    this.#worker = worker
  }

  /** Its worker has exited. The loss of one that only held the model of an earlier training does not matter. */
  #lose(how: string): void {
    this.#worker = null
    const { checkpoint, device, state } = this.#status
    if (!this.underWay || (this.#waits && this.#before)) return this.#save()
    // Drivers of graphics processors end processes.
    if (device !== undefined && state === 'running' && !this.#stopping) {
      this.#moveOn(toProblem(new LabError('engine.device-lost', { device, detail: how }))).catch(() => undefined) // it tells why itself
      return
    }
    const code = checkpoint === null ? 'run.interrupted-at-start' : 'run.interrupted'
    const problem = toProblem(new LabError(code, { run: this.id, how, step: checkpoint ?? 0 }))
    this.#take({ ...this.#status, state: 'interrupted', queue: undefined, problem })
  }

  /**
   * Ignores the status in a reply if a newer one arrived during the call: events may overtake the code that waits for the
   * reply.
   */
  async #ask(question: (call: Caller<WorkerMethods>) => Promise<RunStatus>): Promise<void> {
    if (!this.#worker) throw new LabError('run.ended', { run: this.id })
    const told = this.#statusesTold
    try {
      const reply = await this.#worker.ask(question)
      if (told === this.#statusesTold) this.#hear(reply)
    } catch (error) {
      const died = error instanceof Replaced || (error instanceof LabError && error.code === 'process.ended')
      throw died ? new LabError('run.ended', { run: this.id }) : error
    }
  }

  /**
   * Handles a status of the worker. When it continues from a checkpoint, the steps after that checkpoint are dropped from the
   * series.
   */
  #hear(status: RunStatus): void {
    const cut = this.#continuing ? { cut: status.step + 1 } : {}
    if (this.#continuing) this.#archive.series.known?.cut(status.step)
    this.#continuing = false
    const { state, problem, device } = status
    if (state === 'failed' && problem && device !== undefined && isOfDevice(problem.code) && !this.#stopping) {
      this.#moveOn(problem).catch(() => undefined) // its status tells why
      return
    }
    this.#take(status, cut)
  }

  #take(status: RunStatus, part: RunPart = {}): void {
    const before = this.#status
    // Keep these: the transplant is reported once, and a worker that continues from a checkpoint does not know the baseline
    // before its first evaluation.
    const { transplant, baseline, forkedFrom } = before
    this.#status = {
      ...status,
      notice: status.notice ?? (status.state === 'starting' ? undefined : this.#notice),
      transplant: status.transplant ?? transplant,
      baseline: status.baseline ?? baseline,
      forkedFrom: status.forkedFrom ?? forkedFrom,
    }
    this.#tell({ ...part, status: this.#status })
    if (kept(before) !== kept(status)) this.#save()
    this.#context.onStatus(this)
    this.#context.onChange(this)
  }

  #tell(part: RunPart): void {
    for (const follower of this.#followers) follower(part)
  }

  #save(): void {
    this.#archive.save(this.#status, this.#summary)
  }

  /** Stores the outline that the record of an earlier version lacks. */
  #outlined(): void {
    this.#save()
    this.#context.onChange(this)
  }
}

/** The parts whose change requires writing the record. */
const kept = ({ state, checkpoint, problem, learningRate, steps }: RunStatus): string =>
  JSON.stringify([state, checkpoint, problem, learningRate, steps])
